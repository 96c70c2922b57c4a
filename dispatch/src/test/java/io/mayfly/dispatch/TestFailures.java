package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ColdStart;
import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The wording is Lambda's own, from its developer guide and its answers. */
class TestFailures {
  private static final RequestId ID = new RequestId("the-id");

  private static String payload(Outcome outcome) {
    return new String(Failures.payload(outcome, ID, Duration.ofSeconds(3)), StandardCharsets.UTF_8);
  }

  @Test
  void aTimeoutNamesTheFunctionsTimeoutWithTwoDecimals() {
    assertThat(payload(new Outcome.TimedOut()))
        .isEqualTo(
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: the-id Error: Task timed out after 3.00 seconds\"}");
  }

  @Test
  void anExitNamesItsStatus() {
    assertThat(payload(new Outcome.Exited(129, false)))
        .isEqualTo(
            "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: the-id Error: Runtime exited with error: exit status 129\"}");
  }

  @Test
  void anExitWithStatusZeroHasNoReason() {
    assertThat(payload(new Outcome.Exited(0, false)))
        .contains("Runtime exited without providing a reason");
  }

  @Test
  void aSignalIsNamed() {
    assertThat(payload(new Outcome.Exited(11, true)))
        .contains("Runtime exited with error: signal: segmentation fault");
    assertThat(payload(new Outcome.Exited(40, true))).contains("signal: signal 40");
  }

  @Test
  void usedUpMemoryIsAnErrorOfItsOwn() {
    assertThat(payload(new Outcome.OutOfMemory()))
        .isEqualTo(
            "{\"errorType\":\"Runtime.OutOfMemory\",\"errorMessage\":\"RequestId: the-id Error: Runtime exited with error: signal: killed\"}");
  }

  @Test
  void anAnswerThatIsTooLargeNamesTheLimit() {
    assertThat(payload(new Outcome.ResponseTooLarge(7_000_000)))
        .isEqualTo(
            "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\"}");
  }

  @Test
  void whatARuntimeDidWrongIsQuotedAsJson() {
    assertThat(payload(new Outcome.BadResponse("said \"\\\n")))
        .endsWith("The runtime broke its protocol: said \\\"\\\\\\u000a\"}");
  }

  @Test
  void theReportLineIsLambdasInEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      InvokeResult.Usage usage =
          new InvokeResult.Usage(
              Duration.ofNanos(1_234_567),
              Duration.ofMillis(126),
              DataSize.ofMegabytes(128),
              DataSize.ofMegabytes(33),
              Duration.ofNanos(125_340_000),
              Optional.of(
                  new ColdStart(
                      Duration.ofNanos(40_000),
                      Duration.ofNanos(1_300_000),
                      Duration.ofNanos(20_000_000),
                      Duration.ofNanos(1_000_000),
                      Duration.ofNanos(92_500_000),
                      Duration.ofNanos(10_500_000))));
      assertThat(ReportLine.of(ID, usage, new Outcome.Success(new byte[0], "application/json")))
          .isEqualTo(
              "REPORT RequestId: the-id\tDuration: 1.23 ms\tBilled Duration: 126 ms\tMemory Size: 128 MB\tMax Memory Used: 33 MB\tInit Duration: 124.00 ms\tCold Start: queue 0.04, place 1.30, sandbox 20.00, code 1.00, runtime 92.50, init 10.50 ms\t");
      assertThat(ReportLine.of(ID, usage, new Outcome.TimedOut())).endsWith("\tStatus: timeout");
      assertThat(ReportLine.of(ID, usage, new Outcome.Exited(1, false)))
          .endsWith("\tStatus: error\tError Type: Runtime.ExitError");
    } finally {
      Locale.setDefault(before);
    }
  }
}
