package io.mayfly.runtimes.frame;

/** What a guest says. */
public sealed interface GuestFrame {
  /**
   * The first frame of every guest.
   *
   * @param version the protocol version it speaks
   * @param runtime the language and its exact version, for example {@code python 3.12.1}
   */
  record Hello(int version, String runtime) implements GuestFrame {}

  /**
   * The handler is loaded; calls may come.
   *
   * @param calls how many this connection takes at a time; 0 if calls go over others only
   */
  record Ready(int calls) implements GuestFrame {}

  /**
   * The handler could not be loaded; the guest ends.
   *
   * @param errorType the class of error, for example {@code Runtime.ImportModuleError}
   * @param error the error object, JSON as the guest wrote it
   */
  record InitError(String errorType, byte[] error) implements GuestFrame {}

  /** The handler's answer to a call, as the guest wrote it. */
  record Result(int call, byte[] payload) implements GuestFrame {}

  /**
   * The handler threw, or there is none.
   *
   * @param errorType the class of error, for example {@code Runtime.UserException}
   * @param error the error object, JSON as the guest wrote it
   */
  record HandlerError(int call, String errorType, byte[] error) implements GuestFrame {}

  /**
   * An answer, result or error, of more than {@link io.mayfly.model.Limits#RESPONSE_BYTES}; its
   * bytes were dropped while they were read.
   */
  record TooLarge(int call, long bytes) implements GuestFrame {}

  /** A part of a response that comes as a stream. */
  sealed interface Streamed extends GuestFrame {
    int call();
  }

  /**
   * The answer to a call is going to be a stream.
   *
   * @param contentType its media type, fit for a header
   */
  record Begin(int call, String contentType) implements Streamed {}

  /** More of a stream. */
  record Chunk(int call, byte[] bytes) implements Streamed {}

  /** A stream is complete; the call is over with its RESULT or ERROR. */
  record End(int call) implements Streamed {}
}
