package io.mayfly.sandbox;

import io.mayfly.model.ResponseSink;
import io.mayfly.runtimes.frame.Frames;
import java.util.Arrays;

/**
 * A response that a runtime streams as the body of a request. Its connection is not read on while
 * the sink holds a window of it, so that the runtime has to wait.
 *
 * <p>The thread that reads the connection gives it bytes; any thread takes.
 */
final class RuntimeApiStream implements HttpConnection.BodyTaker, ResponseSink.Flow {
  private final HttpConnection connection;
  private final ResponseSink sink;

  /** What has come and has not been taken; guarded by this. */
  private int held;

  private boolean paused;

  RuntimeApiStream(HttpConnection connection, ResponseSink sink) {
    this.connection = connection;
    this.sink = sink;
  }

  boolean isOver(HttpConnection other) {
    return connection.equals(other);
  }

  void begin(String contentType) {
    sink.begin(contentType, this);
  }

  @Override
  public void take(byte[] from, int offset, int length) {
    hold(length);
    sink.chunk(Arrays.copyOfRange(from, offset, offset + length));
  }

  void end() {
    sink.end();
  }

  @Override
  public void taken(int bytes) {
    hold(-bytes);
  }

  /** The pausing is done under the monitor, too: the last to come has the last word. */
  private synchronized void hold(int bytes) {
    held += bytes;
    if (!paused && held >= Frames.STREAM_WINDOW) {
      paused = true;
      connection.pause(true);
    } else if (paused && held <= Frames.STREAM_WINDOW / 2) {
      paused = false;
      connection.pause(false);
    }
  }
}
