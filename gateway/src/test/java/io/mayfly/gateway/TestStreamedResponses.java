package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.FunctionUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Responses that are sent while the function makes them. */
final class TestStreamedResponses extends GatewayTest {
  private Socket ask(String request) throws IOException {
    var _ =
        urls.update(
            NAME,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(FunctionUrl.InvokeMode.RESPONSE_STREAM));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** What comes until a text has; nothing more is waited for. */
  private static String readUntil(Socket socket, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("after '%s'", read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aChunkIsSentWithItsEndBeforeTheNextIsThere() throws IOException {
    String once = "GET /stream HTTP/1.1\r\nHost: " + urlHost() + "\r\n\r\n";
    try (Socket socket = ask(once)) {
      assertThat(readUntil(socket, "\r\n\r\n3\r\none\r\n"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Transfer-Encoding: chunked\r\n", "Content-Type: text/plain\r\n");
      sandbox.halfway.countDown();
      assertThat(readUntil(socket, "0\r\n\r\n")).isEqualTo("3\r\ntwo\r\n0\r\n\r\n");
      // The connection serves on.
      socket
          .getOutputStream()
          .write(head("GET", "/after", urlHost()).getBytes(StandardCharsets.ISO_8859_1));
      assertThat(rest(socket)).startsWith("HTTP/1.1 200 OK\r\n").contains("rawPath\":\"/after");
    }
  }

  @Test
  void aStreamThatFailsBreaksOff() throws IOException {
    try (Socket socket = ask(head("GET", "/stream/fails", urlHost()))) {
      assertThat(readUntil(socket, "3\r\none\r\n"))
          .contains("Transfer-Encoding: chunked\r\n", "Connection: close\r\n");
      sandbox.halfway.countDown();
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  void aStreamWhoseClientHasGoneBeforeItBeganIsDropped() throws IOException {
    try (Socket socket = ask(head("GET", "/late", urlHost()))) {
      // The connection is reset at once.
      socket.setSoLinger(true, 0);
    }
    sandbox.halfway.countDown();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (sandbox.dropped.get() < 1000 && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(sandbox.dropped.get()).isEqualTo(1000);
  }

  @Test
  void aStreamHasNoChunksForWhoTakesNone() throws IOException {
    sandbox.halfway.countDown();
    try (Socket socket = ask("GET /stream HTTP/1.0\r\nHost: " + urlHost() + "\r\n\r\n")) {
      assertThat(rest(socket)).endsWith("\r\n\r\nonetwo").doesNotContain("chunked");
    }
    try (Socket socket = ask(head("HEAD", "/stream", urlHost()))) {
      assertThat(rest(socket)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
    }
  }
}
