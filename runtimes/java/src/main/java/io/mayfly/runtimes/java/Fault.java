package io.mayfly.runtimes.java;

import java.io.PrintWriter;
import java.io.Serial;
import java.io.StringWriter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A function that cannot be called as it is: a missing class, a method that fits nothing. */
final class Fault extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final String OWN_PACKAGE = Fault.class.getPackageName() + ".";

  private final String text;
  private final @Nullable String type;
  private final String trace;
  private final boolean fatal;

  private Fault(String text, @Nullable String type, String trace, boolean fatal) {
    super(text, null, false, false);
    this.text = text;
    this.type = type;
    this.trace = trace;
    this.fatal = fatal;
  }

  static Fault of(String text) {
    return new Fault(text, null, "", false);
  }

  static Fault of(String text, Throwable cause, boolean fatal) {
    return new Fault(text, cause.getClass().getName(), trace(cause), fatal);
  }

  /**
   * What was thrown, as a fault.
   *
   * @param fatal whether the instance is of no use any more
   */
  static Fault of(Throwable thrown, boolean fatal) {
    return thrown instanceof Fault fault ? fault : of(message(thrown), thrown, fatal);
  }

  static Fault ofClass(String className, Throwable cause) {
    String reason = cause.getMessage() == null ? "" : ": " + cause.getMessage();
    return of("Error loading class " + className + reason, cause, true);
  }

  /** The message that callers see of anything thrown. */
  static String message(Throwable thrown) {
    String message = thrown.getLocalizedMessage();
    return message == null ? thrown.getClass().getName() : message;
  }

  String text() {
    return text;
  }

  /** The class name of what was thrown, if anything was. */
  @Nullable String type() {
    return type;
  }

  boolean fatal() {
    return fatal;
  }

  /** What goes into the log. */
  String report() {
    return type == null ? text + "\n" : text + ": " + type + "\n" + trace + "\n";
  }

  private static String trace(Throwable thrown) {
    hideGuest(thrown);
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** Cuts the guest's own frames, and what is below them, off every trace; gives it back. */
  static <T extends Throwable> T hideGuest(T thrown) {
    hideGuest(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    return thrown;
  }

  private static void hideGuest(Throwable thrown, Set<Throwable> seen) {
    if (!seen.add(thrown)) {
      return;
    }
    StackTraceElement[] frames = thrown.getStackTrace();
    for (int i = 0; i < frames.length; i++) {
      if (frames[i].getClassName().startsWith(OWN_PACKAGE)) {
        thrown.setStackTrace(java.util.Arrays.copyOf(frames, i));
        break;
      }
    }
    Throwable cause = thrown.getCause();
    if (cause != null) {
      hideGuest(cause, seen);
    }
    for (Throwable suppressed : thrown.getSuppressed()) {
      hideGuest(suppressed, seen);
    }
  }

  /** Throws anything as if it were unchecked: what the handler threw must arrive as it is. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <T extends Throwable> RuntimeException rethrow(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
