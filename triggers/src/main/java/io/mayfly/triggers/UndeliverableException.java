package io.mayfly.triggers;

/** That a target cannot be told something, and why. */
public final class UndeliverableException extends RuntimeException {
  /** What kind of reason it is. */
  public enum Reason {
    /** There is no such target. */
    NO_RESOURCE,
    /** Whoever tells it may not. */
    NO_PERMISSIONS,
    /** It does not take such a notice. */
    INVALID_PARAMETER
  }

  private final Reason reason;
  private final String why;

  /** That there is no such target. */
  public UndeliverableException(String why) {
    this(Reason.NO_RESOURCE, why);
  }

  public UndeliverableException(Reason reason, String why) {
    super(why, null, false, false);
    this.reason = reason;
    this.why = why;
  }

  public Reason reason() {
    return reason;
  }

  /** In words. */
  public String why() {
    return why;
  }
}
