package io.mayfly.events;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.triggers.UndeliverableException;
import java.util.Optional;

/**
 * Why a target was not told of an event, as its dead-letter queue is told ("Using dead-letter
 * queues" in the user guide).
 *
 * @param exhausted which bound of its retry policy was reached
 * @param retries how often it was tried again
 */
record Failure(String code, String message, Optional<String> exhausted, int retries) {
  static final String MOST_RETRIES = "MaximumRetryAttempts";
  static final String OLDEST = "MaximumEventAgeInSeconds";

  /** That it cannot be told at all. */
  static Failure of(UndeliverableException e, int retries) {
    return new Failure(e.reason().name(), e.why(), Optional.empty(), retries);
  }

  /** That it could not be told this time. */
  static Failure of(MayflyException e, int retries) {
    return new Failure(
        e.code() == ErrorCode.THROTTLED ? "THROTTLING" : "ERROR_FROM_TARGET",
        e.getMessage(),
        Optional.empty(),
        retries);
  }

  Failure exhausted(String bound) {
    return new Failure(code, message, Optional.of(bound), retries);
  }
}
