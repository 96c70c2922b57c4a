package io.mayfly.model;

/**
 * Where a response goes that a handler sends as a stream: it begins, chunks come, it ends. Nothing
 * is called for one that comes as a whole, and the call may be over before the stream has ended.
 *
 * <p>Called by one thread at a time, which serves many and must not be kept waiting.
 */
public interface ResponseSink {
  /**
   * The response begins.
   *
   * @param flow is told what has been taken of the chunks, which lets more come
   */
  void begin(String contentType, Flow flow);

  /**
   * More of it has come.
   *
   * @param bytes the sink's own from now on
   */
  void chunk(byte[] bytes);

  /** It is complete. The handler may work on. */
  void end();

  /** How fast a stream comes: no more of it than there is room for. */
  @FunctionalInterface
  interface Flow {
    /** So many bytes are no longer held, and more may come for them. Called by any thread. */
    void taken(int bytes);
  }
}
