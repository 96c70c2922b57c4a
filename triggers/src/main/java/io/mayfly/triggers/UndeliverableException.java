package io.mayfly.triggers;

/** That a target cannot be told something, and why. */
public final class UndeliverableException extends RuntimeException {
  private final String why;

  public UndeliverableException(String why) {
    super(why, null, false, false);
    this.why = why;
  }

  public String why() {
    return why;
  }
}
