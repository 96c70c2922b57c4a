package io.mayfly.sandbox;

/**
 * Where an instance's output goes, standard output and error together in the order written.
 *
 * <p>Called from the sandbox's log pump, which serves every instance: an implementation never
 * blocks on anything slower than memory.
 */
@FunctionalInterface
public interface LogSink {
  /** Takes a piece of output; the array is reused after the call returns. */
  void write(byte[] buffer, int offset, int length);

  /** Whether it looks at every line, so that much output at once takes it long. */
  default boolean byLine() {
    return false;
  }
}
