package io.mayfly.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A port in the jail at which an extension takes its telemetry: batches are JSON arrays in POST
 * requests, or lines over a connection that stays.
 *
 * <p>Sent by one thread, which may wait for the subscriber as long as the instance is there; closed
 * by any.
 */
final class TelemetryDestination implements TelemetrySubscription.Destination {
  /** More than this nobody needs to say in answer. */
  private static final int ANSWER_BYTES = 8 * 1024;

  /** Makes connections into the jail. */
  interface Connector {
    /** A socket that is not connected yet. */
    SocketChannel open() throws IOException;
  }

  private final Connector connector;
  private final int port;

  /** Where requests go; empty for lines. */
  private final Optional<String> path;

  private Optional<SocketChannel> connection = Optional.empty();
  private boolean closed;

  /**
   * @param path of the requests; empty to send lines over TCP
   */
  TelemetryDestination(Connector connector, int port, Optional<String> path) {
    this.connector = connector;
    this.port = port;
    this.path = path;
  }

  @Override
  public void send(List<byte[]> events) throws IOException {
    if (path.isPresent()) {
      post(path.get(), events);
    } else {
      lines(events);
    }
  }

  private void post(String where, List<byte[]> events) throws IOException {
    byte[] body = array(events);
    String head =
        "POST %s HTTP/1.1\r\nHost: sandbox.localdomain:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(where, port, body.length);
    SocketChannel socket = connect();
    try {
      write(socket, head.getBytes(StandardCharsets.US_ASCII), body);
      String status = answer(socket);
      if (!status.matches("HTTP/1\\.[01] 2[0-9][0-9].*")) {
        throw new IOException("the subscriber answered " + status);
      }
    } finally {
      disconnect();
    }
  }

  private static byte[] array(List<byte[]> events) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    char before = '[';
    for (byte[] event : events) {
      bytes.write(before);
      bytes.writeBytes(event);
      before = ',';
    }
    bytes.write(']');
    return bytes.toByteArray();
  }

  /** The first line of what comes, as far as it matters. */
  private static String answer(SocketChannel socket) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES);
    while (answer.hasRemaining() && socket.read(answer) >= 0) {
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      int end = text.indexOf('\n');
      if (end >= 0) {
        return text.substring(0, end).strip();
      }
    }
    throw new IOException("the subscriber gave no answer");
  }

  private void lines(List<byte[]> events) throws IOException {
    SocketChannel socket = connect();
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (byte[] event : events) {
        bytes.writeBytes(event);
        bytes.write('\n');
      }
      write(socket, bytes.toByteArray());
    } catch (IOException e) {
      disconnect();
      throw e;
    }
  }

  private static void write(SocketChannel socket, byte[]... parts) throws IOException {
    for (byte[] part : parts) {
      ByteBuffer bytes = ByteBuffer.wrap(part);
      while (bytes.hasRemaining()) {
        socket.write(bytes);
      }
    }
  }

  private SocketChannel connect() throws IOException {
    synchronized (this) {
      if (connection.isPresent()) {
        return connection.get();
      }
    }
    SocketChannel made = connector.open();
    synchronized (this) {
      if (closed) {
        made.close();
        throw new IOException("the instance is gone");
      }
      // Known before it is connected, which takes as long as the subscriber likes.
      connection = Optional.of(made);
    }
    try {
      made.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return made;
    } catch (IOException | RuntimeException e) {
      disconnect();
      throw e;
    }
  }

  private synchronized void disconnect() throws IOException {
    if (connection.isPresent()) {
      connection.get().close();
      connection = Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      synchronized (this) {
        closed = true;
        disconnect();
      }
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
  }
}
