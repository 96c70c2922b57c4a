package io.mayfly.dispatch;

import io.mayfly.model.ColdStart;
import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import java.time.Duration;
import java.util.Optional;

/**
 * What came of a call.
 *
 * @param payload the handler's answer, or the error object as JSON; empty if the answer has been
 *     read as it came
 * @param failure how it failed; empty when the handler returned
 * @param contentType the media type of the payload
 * @param streamed whether the handler sent its answer as a stream, to its end
 * @param version the version that served
 * @param logTail the last 4 KB of what this call logged
 */
public record InvokeResult(
    RequestId requestId,
    byte[] payload,
    Optional<Outcome> failure,
    String contentType,
    boolean streamed,
    String version,
    byte[] logTail,
    Usage usage) {

  /** Lambda's name for how the call failed, or the runtime's own; empty when it did not. */
  public String errorType() {
    return failure
        .map(
            outcome ->
                outcome instanceof Outcome.HandlerError own
                    ? own.errorType().orElse("Runtime.Unknown")
                    : Failures.errorType(outcome))
        .orElse("");
  }

  /** How the call failed, for people; empty where the error object is all that is known. */
  public String reason(Duration timeout) {
    return failure.map(outcome -> Failures.reason(outcome, timeout)).orElse("");
  }

  /**
   * What a call used.
   *
   * @param duration the time in the handler
   * @param billed whole milliseconds, with the init when this call caused it
   * @param memory the memory it was given
   * @param peakMemory the most its instance has used
   * @param waited how long the call waited for an instance, a start included
   * @param cold what its instance's start took; empty for a call that had none
   */
  public record Usage(
      Duration duration,
      Duration billed,
      DataSize memory,
      DataSize peakMemory,
      Duration waited,
      Optional<ColdStart> cold) {

    /** How long the instance took to get ready, which is billed; empty for a warm call. */
    public Optional<Duration> init() {
      return cold.map(ColdStart::initDuration);
    }
  }
}
