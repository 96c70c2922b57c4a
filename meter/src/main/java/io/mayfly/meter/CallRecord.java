package io.mayfly.meter;

import io.mayfly.model.ColdStart;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.RequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered of a call that reached a function.
 *
 * @param ended when its answer was complete
 * @param waited for an instance, a start included
 * @param cold what its instance's start took, if it had to wait for one that came about
 * @param duration the time in the handler; of an init that failed, the time in that
 * @param billed whole milliseconds
 * @param memory what it was given
 * @param peakMemory the most its instance has used
 * @param timeout what it was given
 * @param errorType Lambda's name for how it failed, or the runtime's own; empty if it did not
 * @param reason for people; empty where the error object that the caller got is all that is known
 */
public record CallRecord(
    RequestId requestId,
    FunctionVersion function,
    String runtime,
    Instant ended,
    Duration waited,
    Optional<ColdStart> cold,
    Duration duration,
    Duration billed,
    DataSize memory,
    DataSize peakMemory,
    Duration timeout,
    String errorType,
    String reason)
    implements RequestRecord {
  @Override
  public Instant at() {
    return ended;
  }

  /** Whether the handler returned. */
  public boolean succeeded() {
    return errorType.isEmpty();
  }
}
