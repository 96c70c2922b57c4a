package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Waking from zero, by many at once, and much at the same time: bugs that others have shipped. */
final class TestWake {
  /** More than the ceilings at which ports, connections or descriptors of others have run out. */
  private static final int MANY = 120;

  /** Long enough for all to have begun before the first ends, on a machine that is busy. */
  private static final String SLEEPER =
      """
      import json, os, time
      def handler(event, context):
          begun = time.time()
          time.sleep(15)
          return {"statusCode": 200, "body": json.dumps({
              "instance": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"], "begun": begun, "ended": time.time()})}
      """;

  @Test
  void manyRequestsAtOnceToAFunctionAtZeroHaveAnInstanceEach() {
    try (Mayfly mayfly = Mayfly.start();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      mayfly
          .functions()
          .deploy(
              "wake",
              mayfly.newestRuntime("python"),
              "app.handler",
              new Zip().file("app.py", SLEEPER).bytes(),
              request -> request.timeout(60));
      String url = mayfly.functions().url("wake");
      List<CompletableFuture<Reply>> waiting =
          IntStream.range(0, MANY)
              .mapToObj(
                  n ->
                      CompletableFuture.supplyAsync(() -> Http.request("GET", url).send(), callers))
              .toList();
      List<Reply> replies = waiting.stream().map(CompletableFuture::join).toList();
      assertThat(replies).allMatch(reply -> reply.status() == 200);
      List<JsonNode> calls = replies.stream().map(reply -> Json.of(reply.text())).toList();
      assertThat(calls.stream().map(call -> call.path("instance").asString()).distinct())
          .hasSize(MANY);
      double lastBegun = times(calls, "begun").max().orElseThrow();
      double firstEnded = times(calls, "ended").min().orElseThrow();
      assertThat(lastBegun).as("all live at the same moment").isLessThan(firstEnded);
    }
  }

  private static DoubleStream times(List<JsonNode> calls, String name) {
    return calls.stream().mapToDouble(call -> call.path(name).asDouble());
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
          TestLogs.readTo(reader, "said 0");
        }
        functions.deployPython("beside", "def handler(event, context): return event\n");
        assertThat(functions.invoke("beside", "1").payload().asUtf8String()).isEqualTo("1");
        functions.invoke("chatty", "1");
        for (BufferedReader reader : readers) {
          TestLogs.readTo(reader, "said 1");
        }
      } finally {
        followers.forEach(Process::destroyForcibly);
      }
    }
  }
}
