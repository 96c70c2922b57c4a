package io.mayfly.aws;

import java.io.IOException;
import java.io.OutputStream;

/** An HTTP response whose body is written as it comes about. */
public record WireStream(int status, Headers headers, Body body) implements WireAnswer {
  /** Writes a body, for which it may take its time: it has the request's own thread. */
  @FunctionalInterface
  public interface Body extends AutoCloseable {
    /**
     * Returns when all has been written.
     *
     * @throws IOException if the client has gone, or the rest of the body will never come
     */
    void writeTo(OutputStream target) throws IOException;

    /** Lets go of what the body comes from, written or not. */
    @Override
    default void close() {}
  }
}
