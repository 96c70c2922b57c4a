package io.mayfly.scheduler;

/** Hears of what could not be told. Called on threads that serve many: must not block. */
public interface FailureListener {
  /**
   * A target has not been told, and will not be.
   *
   * @param code in the words of the target's service
   */
  void failed(String schedule, String code, String message);

  /** A dead-letter queue could not be given what a target has not been told. */
  void deadLetterFailed(String schedule, String queue, String why);
}
