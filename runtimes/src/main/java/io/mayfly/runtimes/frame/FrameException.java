package io.mayfly.runtimes.frame;

import java.io.IOException;
import java.io.Serial;

/** A guest broke the protocol; its connection is of no use any more. */
public final class FrameException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /** What was wrong. */
  public enum Reason {
    /** The stream ended inside a frame. */
    TRUNCATED,
    /** A length below that of the smallest frame, or above what the type may have. */
    LENGTH,
    /** A type that guests do not send. */
    TYPE,
    /** A call number where none belongs. */
    CALL,
    /** A text that goes past the frame's end or is not UTF-8. */
    TEXT
  }

  private final Reason reason;

  FrameException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
