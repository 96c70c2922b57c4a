package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Waking from zero, by many at once and after everything: bugs that others have shipped. */
final class TestWake {
  /** More than the ceilings at which ports, connections or descriptors of others have run out. */
  private static final int MANY = 120;

  private static final String SLEEPER =
      """
      import os, time
      def handler(event, context):
          time.sleep(1)
          return {"statusCode": 200, "body": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]}
      """;

  @Test
  void manyRequestsAtOnceToAFunctionAtZeroAreAllAnswered() {
    try (Mayfly mayfly = Mayfly.start();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      mayfly
          .functions()
          .deploy(
              "wake",
              mayfly.newestRuntime("python"),
              "app.handler",
              new Zip().file("app.py", SLEEPER).bytes());
      String url = mayfly.functions().url("wake");
      List<CompletableFuture<Reply>> replies =
          IntStream.range(0, MANY)
              .mapToObj(
                  n ->
                      CompletableFuture.supplyAsync(() -> Http.request("GET", url).send(), callers))
              .toList();
      assertThat(replies.stream().map(reply -> reply.join().status())).containsOnly(200);
    }
  }

  @Test
  void aHundredAndTwentyInstancesLiveAtTheSameTime() throws IOException {
    try (Mayfly mayfly = Mayfly.start();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Functions functions = mayfly.functions();
      functions.deployPython(
          "crowd",
          """
          import time
          def handler(event, context):
              time.sleep(event)
              return context.request_id
          """,
          request -> request.timeout(120));
      List<CompletableFuture<InvokeResponse>> calls = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        calls.add(CompletableFuture.supplyAsync(() -> functions.invoke("crowd", "25"), callers));
      }
      Eventually.holds(
          Duration.ofSeconds(60), () -> Leftovers.of(mayfly.pid()).instances().size() >= MANY);
      calls.forEach(call -> assertThat(call.join().functionError()).isNull());
    }
  }

  @Test
  void logStreamsStarveNobody() throws IOException {
    try (Mayfly mayfly = Mayfly.start()) {
      Functions functions = mayfly.functions();
      functions.deployPython("chatty", "def handler(event, context): print('said', event)\n");
      functions.invoke("chatty", "0");
      List<Process> followers = new ArrayList<>();
      try {
        for (int i = 0; i < 20; i++) {
          ProcessBuilder builder =
              new ProcessBuilder(Distribution.cliCommand("logs", "-f", "chatty"));
          builder.environment().put("MAYFLY_DATA", mayfly.data().toString());
          builder.redirectError(ProcessBuilder.Redirect.INHERIT);
          followers.add(builder.start());
        }
        List<BufferedReader> readers = followers.stream().map(Process::inputReader).toList();
        for (BufferedReader reader : readers) {
          readTo(reader, "said 0");
        }
        functions.create(
            "beside",
            "provided.al2023",
            "app.handler",
            Custom.python("def handler(event, context): return event\n"),
            request -> {});
        functions.waiter().waitUntilFunctionActiveV2(request -> request.functionName("beside"));
        functions.invoke("chatty", "1");
        for (BufferedReader reader : readers) {
          readTo(reader, "said 1");
        }
      } finally {
        followers.forEach(Process::destroyForcibly);
      }
    }
  }

  private static void readTo(BufferedReader lines, String expected) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(expected)) {
        return;
      }
    }
    throw new AssertionError("the log ended before '" + expected + "'");
  }
}
