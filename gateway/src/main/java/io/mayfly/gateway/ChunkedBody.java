package io.mayfly.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;

/**
 * Writes the body of a response in chunks (RFC 9112, section 7.1), each with its end. Jetty sends
 * the line end that belongs to a chunk with the next one, so that clients that take chunks as a
 * whole, such as Python's, have each of them only then.
 *
 * <p>Goes past Jetty, which has sent the head before and sends the last chunk after, and knows of
 * no body between. For one thread, which waits while the client does not read.
 */
final class ChunkedBody extends OutputStream {
  private static final byte[] LINE_END = {'\r', '\n'};

  private final EndPoint connection;
  private volatile boolean writing;

  ChunkedBody(EndPoint connection) {
    this.connection = connection;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value});
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      // A chunk of nothing would be the last.
      return;
    }
    byte[] head = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    writing = true;
    try (Blocker.Callback written = Blocker.callback()) {
      connection.write(
          written,
          ByteBuffer.wrap(head),
          ByteBuffer.wrap(bytes, offset, length),
          ByteBuffer.wrap(LINE_END));
      written.block();
    } finally {
      writing = false;
    }
  }

  /** Nothing has moved for as long as a connection may be idle: ends a write that waits. */
  void giveUp() {
    if (writing) {
      connection.close();
    }
  }
}
