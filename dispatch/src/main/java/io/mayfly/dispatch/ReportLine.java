package io.mayfly.dispatch;

import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import java.time.Duration;
import java.util.Locale;

/** The REPORT line that ends every invocation's log, in Lambda's format. */
final class ReportLine {
  private static final double NANOS_PER_MILLI = 1_000_000.0;

  private ReportLine() {}

  static String of(RequestId requestId, InvokeResult.Usage usage, Outcome outcome) {
    StringBuilder line = new StringBuilder("REPORT RequestId: ");
    line.append(requestId)
        .append("\tDuration: ")
        .append(millis(usage.duration()))
        .append(" ms\tBilled Duration: ")
        .append(usage.billed().toMillis())
        .append(" ms\tMemory Size: ")
        .append(usage.memory().megabytes())
        .append(" MB\tMax Memory Used: ")
        .append(usage.peakMemory().megabytes())
        .append(" MB\t");
    usage
        .init()
        .ifPresent(init -> line.append("Init Duration: ").append(millis(init)).append(" ms\t"));
    String errorType = Failures.errorType(outcome);
    if (outcome instanceof Outcome.TimedOut) {
      line.append("Status: timeout");
    } else if (!errorType.isEmpty()) {
      line.append("Status: error\tError Type: ").append(errorType);
    }
    return line.toString();
  }

  private static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.2f", duration.toNanos() / NANOS_PER_MILLI);
  }
}
