package io.mayfly.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP/1.1 connection from a jail (RFC 9112), as much of it as Runtime API clients use: bodies
 * by length or in chunks, keep-alive, {@code Expect: 100-continue}. Everything read is bounded.
 *
 * <p>One thread reads requests, and any one thread at a time answers.
 */
final class HttpConnection implements AutoCloseable {
  // Lambda-Runtime-Function-XRay-Error-Cause alone may take a megabyte.
  private static final int HEADER_BYTES = 1_200_000;
  private static final int LINE_BYTES = 1024 * 1024 + 1024;
  // A body that is too large is read to its end, so that its sender gets to see the answer.
  private static final long DROPPED_BYTES = 256L * 1024 * 1024;
  private static final int BUFFER_BYTES = 16 * 1024;

  /** What was sent is no HTTP, or more of it than is taken. */
  static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  private final SocketChannel socket;
  private final int maximumBody;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();

  HttpConnection(SocketChannel socket, int maximumBody) {
    this.socket = socket;
    this.maximumBody = maximumBody;
  }

  /**
   * Waits for the next request.
   *
   * @return empty if the client closed the connection instead
   * @throws MalformedException if the client must be refused with status 400
   */
  Optional<HttpRequest> read() throws IOException {
    if (!buffer.hasRemaining() && !fill()) {
      return Optional.empty();
    }
    int[] left = {HEADER_BYTES};
    String[] start = line(left).split(" ", -1);
    if (start.length != 3 || !start[2].startsWith("HTTP/1.")) {
      throw new MalformedException("the request line is not HTTP/1.1");
    }
    Map<String, String> headers = new HashMap<>();
    headers(headers, left);
    if (start[2].equals("HTTP/1.0")) {
      headers.putIfAbsent("connection", "close");
    }
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    Body body = new Body();
    if (headers.containsKey("transfer-encoding")) {
      if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))
          || headers.containsKey("content-length")) {
        throw new MalformedException("the body's transfer encoding is not understood");
      }
      chunks(body, headers, left);
    } else if (headers.containsKey("content-length")) {
      copy(number(String.valueOf(headers.get("content-length")), 10), body);
    }
    return Optional.of(new HttpRequest(start[0], start[1], headers, body.bytes(), body.total));
  }

  /** Whether the client has sent more than the request that was read. */
  boolean pipelined() {
    return buffer.hasRemaining();
  }

  /** Sends an answer. */
  void write(byte[] bytes) throws IOException {
    ByteBuffer data = ByteBuffer.wrap(bytes);
    while (data.hasRemaining()) {
      socket.write(data);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
  }

  private void headers(Map<String, String> headers, int[] left) throws IOException {
    for (String line = line(left); !line.isEmpty(); line = line(left)) {
      int colon = line.indexOf(':');
      if (colon <= 0 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
        throw new MalformedException("a header line has no name");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      String before = headers.put(name, value);
      if (before != null && name.equals("content-length") && !before.equals(value)) {
        throw new MalformedException("two different content lengths");
      }
      if (headers.size() > 100) {
        throw new MalformedException("more than 100 headers");
      }
    }
  }

  private void chunks(Body body, Map<String, String> headers, int[] left) throws IOException {
    while (true) {
      String line = line(left);
      int extension = line.indexOf(';');
      long size = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
      if (size == 0) {
        headers(headers, left);
        return;
      }
      copy(size, body);
      if (!line(left).isEmpty()) {
        throw new MalformedException("a chunk is longer than it says");
      }
      // What a chunk's own lines took is given back: it is the body that is bounded, by its size.
      left[0] = HEADER_BYTES;
    }
  }

  private static long number(String text, int radix) throws MalformedException {
    try {
      if (text.isEmpty() || Character.digit(text.charAt(0), radix) < 0) {
        throw new MalformedException("a length is no number");
      }
      return Long.parseLong(text, radix);
    } catch (NumberFormatException e) {
      throw new MalformedException("a length is no number");
    }
  }

  private void copy(long length, Body body) throws IOException {
    if (length > DROPPED_BYTES - body.total) {
      throw new MalformedException("a body of more than " + DROPPED_BYTES + " bytes");
    }
    long left = length;
    while (left > 0) {
      if (!buffer.hasRemaining() && !fill()) {
        throw new MalformedException("the connection ended in the middle of a body");
      }
      int count = (int) Math.min(left, buffer.remaining());
      body.add(buffer.array(), buffer.position(), count);
      buffer.position(buffer.position() + count);
      left -= count;
    }
  }

  /** One line without its end; bare line feeds are taken too, as RFC 9112 section 2.2 allows. */
  private String line(int[] left) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    while (true) {
      if (!buffer.hasRemaining() && !fill()) {
        throw new MalformedException("the connection ended in the middle of a line");
      }
      byte next = buffer.get();
      left[0]--;
      if (next == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      if (left[0] <= 0 || line.size() >= LINE_BYTES) {
        throw new MalformedException("the headers are too long");
      }
      line.write(next);
    }
  }

  private boolean fill() throws IOException {
    buffer.clear();
    int count = socket.read(buffer);
    buffer.flip();
    return count > 0;
  }

  /** A body while it is read: kept up to the limit, counted beyond it. */
  private final class Body {
    private ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long total;

    void add(byte[] from, int offset, int length) {
      total += length;
      if (total <= maximumBody) {
        kept.write(from, offset, length);
      } else {
        kept = new ByteArrayOutputStream();
      }
    }

    byte[] bytes() {
      return kept.toByteArray();
    }
  }
}
