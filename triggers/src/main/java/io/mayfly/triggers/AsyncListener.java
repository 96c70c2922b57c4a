package io.mayfly.triggers;

import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import java.time.Duration;

/** Hears what becomes of events. Called on threads that serve many: must not block. */
public interface AsyncListener {
  /** An event is on the disk, and its caller is told so. */
  void received(FunctionName function);

  /** A function is about to be run with an event that is so old. */
  void started(FunctionName function, Duration age);

  /** An event goes back to its queue, because the function failed or could not be run. */
  void retried(FunctionName function);

  /**
   * An event is given up.
   *
   * @param condition in Lambda's words
   * @param message the last error
   */
  void dropped(FunctionName function, RequestId event, String condition, String message);

  /** A destination could not be told of an event, and will not be. */
  void destinationFailed(FunctionName function, RequestId event, String destination, String why);

  /** The function's dead-letter queue could not be given an event, and will not be. */
  void deadLetterFailed(FunctionName function, RequestId event, String queue, String why);
}
