package io.mayfly.dispatch;

import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import io.mayfly.model.RuntimeFamily;
import io.mayfly.sandbox.JsonFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Lambda's own words for how an invocation failed: the error object, and the REPORT line's status.
 */
final class Failures {
  /** As Go prints signals, in which Lambda's own messages are written. */
  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "hangup"),
          Map.entry(2, "interrupt"),
          Map.entry(3, "quit"),
          Map.entry(4, "illegal instruction"),
          Map.entry(5, "trace/breakpoint trap"),
          Map.entry(6, "aborted"),
          Map.entry(7, "bus error"),
          Map.entry(8, "floating point exception"),
          Map.entry(9, "killed"),
          Map.entry(11, "segmentation fault"),
          Map.entry(13, "broken pipe"),
          Map.entry(14, "alarm clock"),
          Map.entry(15, "terminated"),
          Map.entry(31, "bad system call"));

  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;
  private static final String INVALID_ENTRYPOINT = "Runtime.InvalidEntrypoint";
  private static final String NO_BOOTSTRAP =
      "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";

  private Failures() {}

  /**
   * How an instance failed to start, as its owner is to hear it: the statuses with which a shell
   * ends that finds no program, or none it may execute, become what Lambda says of a custom runtime
   * without a bootstrap.
   */
  static Outcome ofStart(Outcome failure, String runtime, RequestId requestId) {
    boolean custom =
        RuntimeFamily.of(runtime).orElse(RuntimeFamily.PROVIDED) == RuntimeFamily.PROVIDED;
    if (custom
        && failure instanceof Outcome.Exited exited
        && !exited.signalled()
        && (exited.status() == NOT_EXECUTABLE || exited.status() == NOT_FOUND)) {
      byte[] error =
          error(INVALID_ENTRYPOINT, "RequestId: %s Error: %s".formatted(requestId, NO_BOOTSTRAP));
      return new Outcome.InitError(error, Optional.of(INVALID_ENTRYPOINT));
    }
    return failure;
  }

  /** The error object that the caller gets. */
  static byte[] payload(Outcome outcome, RequestId requestId, Duration timeout) {
    return switch (outcome) {
      case Outcome.Success success -> success.payload();
      case Outcome.HandlerError failure -> failure.error();
      case Outcome.InitError failure -> failure.error();
      case Outcome.ResponseTooLarge tooLarge ->
          error(
              "Function.ResponseSizeTooLarge",
              "Response payload size exceeded maximum allowed payload size (%d bytes)."
                  .formatted(tooLarge.limit()));
      case Outcome.TimedOut _,
          Outcome.Exited _,
          Outcome.OutOfMemory _,
          Outcome.ExtensionError _,
          Outcome.BadResponse _ ->
          error(
              errorType(outcome),
              "RequestId: %s Error: %s".formatted(requestId, reason(outcome, timeout)));
    };
  }

  /** What the REPORT line calls the failure; empty for what the handler itself reported. */
  static String errorType(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Success _, Outcome.HandlerError _ -> "";
      case Outcome.InitError failure -> failure.errorType().orElse("Runtime.Unknown");
      case Outcome.TimedOut _ -> "Sandbox.Timedout";
      case Outcome.Exited _ -> "Runtime.ExitError";
      case Outcome.OutOfMemory _ -> "Runtime.OutOfMemory";
      case Outcome.ExtensionError failure -> failure.errorType();
      case Outcome.ResponseTooLarge _ -> "Function.ResponseSizeTooLarge";
      case Outcome.BadResponse _ -> "Runtime.InvalidResponse";
    };
  }

  /** For people: how the instance ended. */
  static String reason(Outcome outcome, Duration timeout) {
    return switch (outcome) {
      case Outcome.TimedOut _ -> timedOut(timeout);
      case Outcome.Exited exited when exited.signalled() ->
          "Runtime exited with error: signal: "
              + SIGNALS.getOrDefault(exited.status(), "signal " + exited.status());
      case Outcome.Exited exited when exited.status() == 0 ->
          "Runtime exited without providing a reason";
      case Outcome.Exited exited -> "Runtime exited with error: exit status " + exited.status();
      case Outcome.OutOfMemory _ -> "Runtime exited with error: signal: killed";
      case Outcome.ExtensionError failure -> failure.reason();
      case Outcome.BadResponse bad -> "The runtime broke its protocol: " + bad.reason();
      case Outcome.Success _,
          Outcome.HandlerError _,
          Outcome.InitError _,
          Outcome.ResponseTooLarge _ ->
          "";
    };
  }

  static String timedOut(Duration timeout) {
    return String.format(
        Locale.ROOT, "Task timed out after %.2f seconds", timeout.toMillis() / 1000.0);
  }

  private static byte[] error(String type, String message) {
    return new JsonFields()
        .text("errorType", type)
        .text("errorMessage", message)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }
}
