package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests with and without bodies, small ones and ones beyond the limit. */
final class TestRequestBodies extends GatewayTest {
  /** However many wait for their functions: bodies cost memory and requests without do not. */
  @Test
  void requestsWithoutABodyAreHandledAllAtOnce() {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers =
          IntStream.range(0, EchoSandbox.MEETING)
              .mapToObj(
                  each -> callers.submit(() -> exchange(head("GET", "/meet" + each, urlHost()))))
              .toList();
      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer.get()).startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void chunkedBodiesThatAreSmallAreHandledAllAtOnce() {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers =
          IntStream.range(0, EchoSandbox.MEETING)
              .mapToObj(
                  each ->
                      callers.submit(
                          () ->
                              exchange(
                                  head("POST", "/meet", urlHost(), "Transfer-Encoding: chunked"),
                                  "3\r\nhel\r\n0\r\n\r\n")))
              .toList();
      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer.get()).startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void aChunkedBodyArrivesWhole() throws IOException {
    String response =
        exchange(
            head("POST", "/", urlHost(), "Content-Type: text/plain", "Transfer-Encoding: chunked"),
            "3\r\nhel\r\n",
            "2\r\nlo\r\n0\r\n\r\n");
    assertThat(response).contains("\"body\":\"hello\"");
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItIsRead() throws IOException {
    assertThat(
            exchange(
                head("POST", "/", urlHost(), "Content-Length: 6291457", "Expect: 100-continue")))
        .startsWith("HTTP/1.1 413")
        .contains("Request Entity Too Large");
    assertThat(
            exchange(
                head(
                    "POST",
                    "/2015-03-31/functions/echo/invocations",
                    "127.0.0.1",
                    "Content-Length: 6291457",
                    "Expect: 100-continue")))
        .startsWith("HTTP/1.1 413")
        .containsIgnoringCase("x-amzn-errortype: RequestTooLargeException")
        .contains("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
    assertThat(refusals).hasSize(2).allMatch(each -> each.endsWith(" RequestTooLargeException"));
  }

  @Test
  void aChunkedBodyOverTheLimitIsRefused() throws IOException {
    String megabyte = "100000\r\n" + "x".repeat(0x100000) + "\r\n";
    String response =
        exchange(
            head("POST", "/", urlHost(), "Transfer-Encoding: chunked"),
            megabyte,
            megabyte,
            megabyte,
            megabyte,
            megabyte,
            megabyte,
            "1\r\nx\r\n0\r\n\r\n");
    assertThat(response).startsWith("HTTP/1.1 413");
  }
}
