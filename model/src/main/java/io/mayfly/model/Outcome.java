package io.mayfly.model;

import java.util.Optional;

/** How an invocation ended inside its instance. */
public sealed interface Outcome {
  /**
   * The handler returned.
   *
   * @param payload empty where a stream has gone on to its caller as it came
   * @param contentType what a custom runtime said its payload is; JSON where it said nothing
   * @param streamed whether the handler sent its response as a stream
   */
  record Success(byte[] payload, String contentType, boolean streamed) implements Outcome {
    public Success(byte[] payload, String contentType) {
      this(payload, contentType, false);
    }
  }

  /**
   * The handler or its runtime reported an error; the instance may serve again.
   *
   * @param error the error object as JSON, as the runtime wrote it
   * @param errorType the value of {@code Lambda-Runtime-Function-Error-Type}, for logs and counts
   */
  record HandlerError(byte[] error, Optional<String> errorType) implements Outcome {}

  /**
   * The instance could not get ready: the handler is missing, or its module threw at import.
   *
   * @param error the error object as JSON, as the runtime wrote it
   */
  record InitError(byte[] error, Optional<String> errorType) implements Outcome {}

  /**
   * The function's time was up. The instance is gone; one that takes several calls at a time goes
   * once the others have ended.
   */
  record TimedOut() implements Outcome {}

  /**
   * The runtime's process ended before it answered; the instance is gone.
   *
   * @param status the exit status, or the signal's number for {@code signalled}
   */
  record Exited(int status, boolean signalled) implements Outcome {}

  /**
   * The kernel killed a process of the instance because its memory was used up; the instance is
   * gone.
   */
  record OutOfMemory() implements Outcome {}

  /**
   * One of the function's extensions could not be started, ended, or reported an error; the
   * instance is gone.
   *
   * @param errorType Lambda's name for that, such as {@code Extension.Crash}
   * @param reason how, in Lambda's words
   */
  record ExtensionError(String errorType, String reason) implements Outcome {}

  /**
   * The answer was larger than it may be; the instance may serve again.
   *
   * @param limit how many bytes it may have
   */
  record ResponseTooLarge(long bytes, long limit) implements Outcome {
    /** An answer that comes as a whole, of more than {@link Limits#RESPONSE_BYTES}. */
    public ResponseTooLarge(long bytes) {
      this(bytes, Limits.RESPONSE_BYTES);
    }
  }

  /**
   * The runtime broke the protocol: a frame that is none, an answer to somebody else's request; the
   * instance is gone.
   */
  record BadResponse(String reason) implements Outcome {}
}
