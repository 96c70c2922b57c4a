package io.mayfly.triggers;

/** That a target cannot be told something, and why. */
public final class UndeliverableException extends RuntimeException {
  public UndeliverableException(String why) {
    super(why, null, false, false);
  }
}
