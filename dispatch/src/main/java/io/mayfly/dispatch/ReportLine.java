package io.mayfly.dispatch;

import io.mayfly.model.ColdStart;
import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import java.time.Duration;

/**
 * The REPORT line that ends every invocation's log, in Lambda's format; after a cold start with one
 * more field.
 */
final class ReportLine {
  private static final long NANOS_PER_HUNDREDTH = 10_000;

  private ReportLine() {}

  static String of(RequestId requestId, InvokeResult.Usage usage, Outcome outcome) {
    StringBuilder line = new StringBuilder("REPORT RequestId: ");
    line.append(requestId).append("\tDuration: ");
    appendMillis(line, usage.duration())
        .append(" ms\tBilled Duration: ")
        .append(usage.billed().toMillis())
        .append(" ms\tMemory Size: ")
        .append(usage.memory().megabytes())
        .append(" MB\tMax Memory Used: ")
        .append(usage.peakMemory().megabytes())
        .append(" MB\t");
    usage
        .init()
        .ifPresent(init -> appendMillis(line.append("Init Duration: "), init).append(" ms\t"));
    usage.cold().ifPresent(cold -> appendLedger(line, cold));
    String errorType = Failures.errorType(outcome);
    if (outcome instanceof Outcome.TimedOut) {
      line.append("Status: timeout");
    } else if (!errorType.isEmpty()) {
      line.append("Status: error\tError Type: ").append(errorType);
    }
    return line.toString();
  }

  /** Mayfly's own: where the time before the handler went. */
  private static void appendLedger(StringBuilder line, ColdStart cold) {
    appendMillis(line.append("Cold Start: queue "), cold.queue());
    appendMillis(line.append(", place "), cold.place());
    appendMillis(line.append(", sandbox "), cold.sandbox());
    appendMillis(line.append(", code "), cold.code());
    appendMillis(line.append(", runtime "), cold.runtime());
    appendMillis(line.append(", init "), cold.init()).append(" ms\t");
  }

  /** Milliseconds with two decimals; by hand, because a call takes less time than a format. */
  private static StringBuilder appendMillis(StringBuilder line, Duration duration) {
    long hundredths = (duration.toNanos() + NANOS_PER_HUNDREDTH / 2) / NANOS_PER_HUNDREDTH;
    line.append(hundredths / 100).append('.');
    return line.append((char) ('0' + hundredths / 10 % 10)).append((char) ('0' + hundredths % 10));
  }
}
