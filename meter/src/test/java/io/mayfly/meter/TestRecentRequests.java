package io.mayfly.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ColdStart;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.RequestId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is remembered, counted and said of requests. */
class TestRecentRequests {
  private static final FunctionVersion FUNCTION = FunctionVersion.latest(new FunctionName("thumb"));
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final ColdStart COLD =
      new ColdStart(
          Duration.ofMillis(150),
          Duration.ofMillis(20),
          Duration.ofMillis(3),
          Duration.ofMillis(2),
          Duration.ofMillis(1),
          Duration.ofMillis(200));

  private static CallRecord call(
      String id, Duration waited, Optional<ColdStart> cold, String errorType, String reason) {
    return new CallRecord(
        new RequestId(id),
        FUNCTION,
        "python3.13",
        NOW,
        waited,
        cold,
        Duration.ofNanos(1_234_567),
        Duration.ofMillis(2),
        DataSize.ofMegabytes(128),
        DataSize.ofMegabytes(33),
        Duration.ofSeconds(3),
        errorType,
        reason);
  }

  private static CallRecord plain(String id) {
    return call(id, Duration.ZERO, Optional.empty(), "", "");
  }

  private static RefusalRecord refusal(String id, String code, String reason) {
    return new RefusalRecord(
        new RequestId(id),
        NOW.plusSeconds(1),
        "lambda:Invoke",
        429,
        code,
        "Rate Exceeded.",
        reason);
  }

  @Test
  void plainCallsPushOutNoOther() {
    RecentRequests recent = new RecentRequests();
    recent.add(plain("first"));
    recent.add(call("cold", Duration.ofMillis(400), Optional.of(COLD), "", ""));
    recent.add(call("waited", Duration.ofMillis(4), Optional.empty(), "", ""));
    recent.add(call("failed", Duration.ZERO, Optional.empty(), "Sandbox.Timedout", "time"));
    recent.add(refusal("refused", "TooManyRequestsException", ""));
    for (int i = 0; i < 20_000; i++) {
      recent.add(plain("plain-" + i));
    }
    assertThat(recent.find(new RequestId("first"))).isEmpty();
    assertThat(recent.find(new RequestId("plain-19999"))).hasSize(1);
    for (String id : new String[] {"cold", "waited", "failed", "refused"}) {
      assertThat(recent.find(new RequestId(id))).as(id).hasSize(1);
    }
  }

  @Test
  void aCallAndTheRefusalOfItsAnswerAreFoundInTheirOrder() {
    RecentRequests recent = new RecentRequests();
    recent.add(refusal("both", "InvalidResponse", ""));
    recent.add(plain("both"));
    assertThat(recent.find(new RequestId("both")))
        .extracting(record -> record.getClass().getSimpleName())
        .containsExactly("CallRecord", "RefusalRecord");
  }

  @Test
  void aColdStartIsExplainedPartByPart() {
    Explanation explanation =
        Explanation.of(call("cold", Duration.ofMillis(376), Optional.of(COLD), "", ""));
    assertThat(explanation.outcome()).isEqualTo("answered");
    assertThat(explanation.parts())
        .extracting(Explanation.Part::name)
        .containsExactly("queue", "place", "sandbox", "code", "runtime", "init", "handler");
    assertThat(explanation.parts())
        .extracting(Explanation.Part::millis)
        .containsExactly(150.0, 20.0, 3.0, 2.0, 1.0, 200.0, 1.23);
    assertThat(explanation.advice())
        .anyMatch(advice -> advice.contains("waited 170 ms to be started"))
        .anyMatch(advice -> advice.contains("code took 200 ms to load"));
  }

  @Test
  void aCallThatWaitedForABusyInstanceSaysSo() {
    Explanation explanation =
        Explanation.of(call("waited", Duration.ofMillis(250), Optional.empty(), "", ""));
    assertThat(explanation.parts())
        .extracting(Explanation.Part::name)
        .containsExactly("queue", "handler");
    assertThat(explanation.advice()).singleElement().asString().contains("waited 250 ms");
    assertThat(Explanation.of(plain("warm")).advice()).isEmpty();
  }

  @Test
  void failuresComeWithWhatToDo() {
    assertThat(
            Explanation.of(
                call(
                    "slow",
                    Duration.ZERO,
                    Optional.empty(),
                    "Sandbox.Timedout",
                    "Task timed out after 3.00 seconds")))
        .satisfies(
            explanation ->
                assertThat(explanation.outcome())
                    .isEqualTo("failed with Sandbox.Timedout: Task timed out after 3.00 seconds"))
        .satisfies(
            explanation ->
                assertThat(explanation.advice().getFirst())
                    .contains("had 3 s", "--function-name thumb --timeout"));
    assertThat(
            Explanation.of(
                    call("big", Duration.ZERO, Optional.empty(), "Runtime.OutOfMemory", "killed"))
                .advice()
                .getFirst())
        .contains("at 128 MB", "--memory-size");
    assertThat(
            Explanation.of(
                    refusal(
                        "throttled",
                        "TooManyRequestsException",
                        "ReservedFunctionConcurrentInvocationLimitExceeded"))
                .advice())
        .singleElement()
        .asString()
        .contains("put-function-concurrency");
  }

  @Test
  void metricsHaveTheLedgerAndNoMoreSeriesThanThereAreKindsOfErrors() throws IOException {
    CallMetrics metrics = new CallMetrics();
    metrics.gauge("mayfly_calls_running", "Calls that run now.", () -> 7);
    metrics.counter("mayfly_prewarms_total", "Instances started ahead.", () -> 5);
    metrics.add(call("cold", Duration.ofMillis(376), Optional.of(COLD), "", ""));
    metrics.add(call("waited", Duration.ofMillis(4), Optional.empty(), "", ""));
    metrics.add(
        refusal("refused", "TooManyRequestsException", "ConcurrentInvocationLimitExceeded"));
    for (int i = 0; i < 1000; i++) {
      metrics.add(call("own", Duration.ZERO, Optional.empty(), "Mine" + i, ""));
    }
    String text = text(metrics, "");
    assertThat(text.lines())
        .contains(
            "mayfly_calls_running 7.0",
            "mayfly_prewarms_total 5.0",
            "mayfly_calls_total{result=\"success\",runtime=\"python3.13\"} 2.0",
            "mayfly_calls_total{result=\"error\",runtime=\"python3.13\"} 1000.0",
            "mayfly_refusals_total{code=\"TooManyRequestsException\",reason=\"ConcurrentInvocationLimitExceeded\"} 1.0",
            "mayfly_wait_seconds_count{runtime=\"python3.13\"} 1",
            "mayfly_cold_start_seconds_sum{part=\"queue\",runtime=\"python3.13\"} 0.15",
            "mayfly_cold_start_seconds_count{part=\"first_call\",runtime=\"python3.13\"} 1",
            "mayfly_cold_start_seconds_bucket{part=\"init\",runtime=\"python3.13\",le=\"0.25\"} 1");
    assertThat(text.lines().filter(line -> line.startsWith("mayfly_calls_total{"))).hasSize(2);
    assertThat(text(metrics, "application/openmetrics-text")).endsWith("# EOF\n");
  }

  private static String text(CallMetrics metrics, String accept) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    metrics.write(accept, bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
