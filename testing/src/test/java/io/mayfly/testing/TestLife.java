package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** An instance's life: cold, warm, gone; how it ends, and that nobody else notices. */
final class TestLife {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();

  /** Tells which instance it is; does what its event says. */
  private static final String CODE =
      """
      import os, signal, sys, time, uuid
      me = str(uuid.uuid4())

      def handler(event, context):
          action = event.get("do")
          print("doing", action)
          if action == "sleep":
              time.sleep(event["seconds"])
          elif action == "exit":
              os._exit(event["status"])
          elif action == "kill":
              os.kill(os.getpid(), event["signal"])
          elif action == "eat":
              hoard = []
              while True:
                  hoard.append(bytearray(8 << 20))
          elif action == "stubborn":
              signal.signal(signal.SIGTERM, signal.SIG_IGN)
              time.sleep(60)
          return {"me": me, "stream": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
                  "left": context.deadline_ms - int(time.time() * 1000)}
      """;

  @Test
  void firstCallIsColdAndTheNextReuseItsInstance() {
    FUNCTIONS.deployPython("life-warm", CODE);
    InvokeResponse cold = FUNCTIONS.invoke("life-warm", "{}");
    InvokeResponse warm = FUNCTIONS.invoke("life-warm", "{}");
    assertThat(log(cold)).containsPattern("REPORT .*Init Duration: [0-9.]+ ms");
    assertThat(log(warm)).contains("REPORT ").doesNotContain("Init Duration");
    assertThat(field(warm, "me")).isEqualTo(field(cold, "me"));
    assertThat(field(warm, "stream"))
        .isEqualTo(field(cold, "stream"))
        .matches("\\d{4}/\\d\\d/\\d\\d/\\[\\$LATEST\\][0-9a-f]{32}");
    FUNCTIONS.delete(List.of("life-warm"));
  }

  @Test
  void reportLineHasLambdasForm() {
    FUNCTIONS.deployPython("life-report", CODE);
    InvokeResponse response = FUNCTIONS.invoke("life-report", "{\"do\": \"x\"}");
    String id = response.responseMetadata().requestId();
    List<String> lines = log(response).lines().filter(line -> !line.startsWith("INIT_")).toList();
    assertThat(lines.get(0)).isEqualTo("START RequestId: " + id + " Version: $LATEST");
    assertThat(lines.get(1)).isEqualTo("doing x");
    assertThat(lines.get(2)).isEqualTo("END RequestId: " + id);
    Matcher report =
        Pattern.compile(
                "REPORT RequestId: %s\tDuration: ([0-9.]+) ms\tBilled Duration: ([0-9]+) ms\tMemory Size: 128 MB\tMax Memory Used: ([0-9]+) MB\tInit Duration: ([0-9.]+) ms\tCold Start: queue ([0-9.]+), place ([0-9.]+), sandbox ([0-9.]+), code ([0-9.]+), runtime ([0-9.]+), init ([0-9.]+) ms\t"
                    .formatted(id))
            .matcher(lines.get(3));
    assertThat(report.matches()).as(lines.get(3)).isTrue();
    double used = Double.parseDouble(report.group(1)) + Double.parseDouble(report.group(4));
    assertThat(Double.parseDouble(report.group(2))).isBetween(used, used + 1.1);
    assertThat(Integer.parseInt(report.group(3))).isBetween(5, 128);
    double parts =
        IntStream.rangeClosed(7, 10)
            .mapToDouble(group -> Double.parseDouble(report.group(group)))
            .sum();
    assertThat(parts)
        .as("sandbox, code, runtime and init are the init duration")
        .isCloseTo(Double.parseDouble(report.group(4)), within(0.03));
    FUNCTIONS.delete(List.of("life-report"));
  }

  @Test
  void timeoutEndsOneInstanceAndOnlyThat() {
    FUNCTIONS.deployPython("life-timeout", CODE, request -> request.timeout(1));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      String first = field(FUNCTIONS.invoke("life-timeout", "{}"), "me");
      CompletableFuture<InvokeResponse> late =
          CompletableFuture.supplyAsync(() -> FUNCTIONS.invoke("life-timeout", sleep(20)), callers);
      MAYFLY.awaitLog("life-timeout", "doing sleep");
      String second = field(FUNCTIONS.invoke("life-timeout", "{}"), "me");
      InvokeResponse response = late.join();
      assertThat(second).isNotEqualTo(first);
      assertThat(response.functionError()).isEqualTo("Unhandled");
      String id = response.responseMetadata().requestId();
      assertThat(text(response))
          .isEqualTo(
              "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: %s Error: Task timed out after 1.00 seconds\"}"
                  .formatted(id));
      assertThat(log(response))
          .contains(id + " Task timed out after 1.00 seconds")
          .contains("Status: timeout");
      assertThat(field(FUNCTIONS.invoke("life-timeout", "{}"), "me")).isEqualTo(second);
    }
    FUNCTIONS.delete(List.of("life-timeout"));
  }

  @Test
  void handlersThatIgnoreSignalsAreEndedAllTheSame() {
    FUNCTIONS.deployPython("life-stubborn", CODE, request -> request.timeout(1));
    InvokeResponse response = FUNCTIONS.invoke("life-stubborn", "{\"do\": \"stubborn\"}");
    assertThat(text(response)).contains("Task timed out after 1.00 seconds");
    assertThat(FUNCTIONS.invoke("life-stubborn", "{}").functionError()).isNull();
    FUNCTIONS.delete(List.of("life-stubborn"));
  }

  @Test
  void crashesAreReportedInLambdasWords() {
    FUNCTIONS.deployPython("life-crash", CODE);
    assertCrash("{\"do\": \"exit\", \"status\": 1}", "Runtime exited with error: exit status 1");
    assertCrash("{\"do\": \"exit\", \"status\": 42}", "Runtime exited with error: exit status 42");
    assertCrash("{\"do\": \"exit\", \"status\": 0}", "Runtime exited without providing a reason");
    assertCrash(
        "{\"do\": \"kill\", \"signal\": 11}",
        "Runtime exited with error: signal: segmentation fault");
    assertCrash("{\"do\": \"kill\", \"signal\": 9}", "Runtime exited with error: signal: killed");
    assertThat(FUNCTIONS.invoke("life-crash", "{}").functionError()).isNull();
    FUNCTIONS.delete(List.of("life-crash"));
  }

  @Test
  void memoryBeyondTheLimitIsReportedAsOutOfMemory() {
    FUNCTIONS.deployPython("life-memory", CODE, request -> request.timeout(20));
    InvokeResponse response = FUNCTIONS.invoke("life-memory", "{\"do\": \"eat\"}");
    assertThat(response.functionError()).isEqualTo("Unhandled");
    assertThat(field(response, "errorType")).isEqualTo("Runtime.OutOfMemory");
    assertThat(field(response, "errorMessage"))
        .endsWith("Error: Runtime exited with error: signal: killed");
    assertThat(log(response)).contains("Max Memory Used: 128 MB");
    assertThat(FUNCTIONS.invoke("life-memory", "{}").functionError()).isNull();
    FUNCTIONS.delete(List.of("life-memory"));
  }

  @Test
  void updateServesNewCodeWhileARunningCallFinishesOnTheOld() {
    FUNCTIONS.deployPython("life-update", CODE, request -> request.timeout(30));
    String old = field(FUNCTIONS.invoke("life-update", "{}"), "me");
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<InvokeResponse> running =
          CompletableFuture.supplyAsync(() -> FUNCTIONS.invoke("life-update", sleep(5)), callers);
      MAYFLY.awaitLog("life-update", "doing sleep");
      FUNCTIONS.update(
          "life-update", Custom.python("def handler(event, context): return {'me': 'new'}\n"));
      assertThat(field(FUNCTIONS.invoke("life-update", "{}"), "me")).isEqualTo("new");
      assertThat(running).isNotDone();
      InvokeResponse finished = running.join();
      assertThat(finished.functionError()).isNull();
      assertThat(field(finished, "me")).isEqualTo(old);
      assertThat(field(FUNCTIONS.invoke("life-update", "{}"), "me")).isEqualTo("new");
    }
    FUNCTIONS.delete(List.of("life-update"));
  }

  @Test
  void deletedFunctionsFinishWhatTheyHaveBegun() {
    FUNCTIONS.deployPython("life-delete", CODE, request -> request.timeout(30));
    String me = field(FUNCTIONS.invoke("life-delete", "{}"), "me");
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<InvokeResponse> running =
          CompletableFuture.supplyAsync(() -> FUNCTIONS.invoke("life-delete", sleep(2)), callers);
      MAYFLY.awaitLog("life-delete", "doing sleep");
      FUNCTIONS.delete(List.of("life-delete"));
      assertThat(field(running.join(), "me")).isEqualTo(me);
    }
  }

  @Test
  void fiftyCallsAtOnceRunInFiftyInstances() {
    // Longer than a busy machine takes for fifty starts: a call that finds an instance free takes
    // it.
    FUNCTIONS.deployPython("life-many", CODE, request -> request.timeout(60));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<InvokeResponse>> calls =
          IntStream.range(0, 50)
              .mapToObj(
                  n ->
                      CompletableFuture.supplyAsync(
                          () -> FUNCTIONS.invoke("life-many", sleep(20)), callers))
              .toList();
      Set<String> instances =
          calls.stream().map(call -> field(call.join(), "me")).collect(Collectors.toSet());
      assertThat(instances).hasSize(50);
    }
    FUNCTIONS.delete(List.of("life-many"));
  }

  @Test
  void slowFunctionsDelayNobodyElse() {
    FUNCTIONS.deployPython("life-slow", CODE, request -> request.timeout(30));
    FUNCTIONS.deployPython("life-fast", CODE);
    FUNCTIONS.invoke("life-fast", "{}");
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<InvokeResponse>> calls =
          IntStream.range(0, 5)
              .mapToObj(
                  n ->
                      CompletableFuture.supplyAsync(
                          () -> FUNCTIONS.invoke("life-slow", sleep(6)), callers))
              .toList();
      MAYFLY.awaitLog("life-slow", "doing sleep");
      for (int i = 0; i < 20; i++) {
        assertThat(FUNCTIONS.invoke("life-fast", "{}").functionError()).isNull();
      }
      assertThat(calls).noneMatch(CompletableFuture::isDone);
      calls.forEach(CompletableFuture::join);
    }
    FUNCTIONS.delete(List.of("life-slow", "life-fast"));
  }

  @Test
  void idleInstancesAreStoppedAfterTheKeepAlive() {
    try (Mayfly mayfly = Mayfly.start("--keep-alive", "1", "--spares", "0")) {
      Functions functions = mayfly.functions();
      functions.deployPython("idle", CODE);
      String first = field(functions.invoke("idle", "{}"), "me");
      Eventually.holds(
          Duration.ofSeconds(20),
          // Every instance has groups of its own; a process that only makes instances has none.
          () -> Leftovers.of(mayfly.pid()).cgroups().isEmpty());
      assertThat(field(functions.invoke("idle", "{}"), "me")).isNotEqualTo(first);
    }
  }

  private static void assertCrash(String event, String reason) {
    InvokeResponse response = FUNCTIONS.invoke("life-crash", event);
    String id = response.responseMetadata().requestId();
    assertThat(response.functionError()).as(event).isEqualTo("Unhandled");
    assertThat(field(response, "errorType")).isEqualTo("Runtime.ExitError");
    assertThat(field(response, "errorMessage"))
        .isEqualTo("RequestId: %s Error: %s".formatted(id, reason));
    assertThat(log(response))
        .contains("RequestId: %s Error: %s".formatted(id, reason))
        .contains("Status: error\tError Type: Runtime.ExitError");
  }

  private static String sleep(int seconds) {
    return "{\"do\": \"sleep\", \"seconds\": %d}".formatted(seconds);
  }

  private static String text(InvokeResponse response) {
    return response.payload().asUtf8String();
  }

  private static String field(InvokeResponse response, String name) {
    return Json.of(text(response)).path(name).asString();
  }

  private static String log(InvokeResponse response) {
    return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
  }
}
