package io.mayfly.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** The body of one request, within the bound of its route. Used by one thread at a time. */
final class RequestBody {
  /** A body of this size is no matter for the budget. */
  private static final int SMALL = 64 * 1024;

  private static final int READ_BYTES = 32 * 1024;
  private static final long GRACE_SECONDS = 30;
  private static final long BYTES_PER_SECOND = 16 * 1024;

  /** How much of a body that is too large is read all the same before that is said. */
  private static final long DISCARDED_BYTES = 256L * 1024 * 1024;

  private final Request request;
  private final long limit;

  /** How long the body is going to be; -1 where only its end will tell. */
  private final long declared;

  private byte[] bytes = {};

  /** How much of a small body has come. */
  private int filled;

  /**
   * @param limit the longest body that is taken, in bytes
   */
  RequestBody(Request request, long limit) {
    this.request = request;
    this.limit = limit;
    this.declared = length(request);
  }

  /** A request that says nothing of its body has none (RFC 9112, 6.3). */
  private static long length(Request request) {
    long declared = request.getLength();
    return declared < 0 && !request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
        ? 0
        : declared;
  }

  /** The whole body, once it has been read. */
  byte[] bytes() {
    return bytes;
  }

  /** Whether the request says itself that it is longer than allowed. */
  boolean announcedTooLarge() {
    return declared > limit;
  }

  /**
   * What the body may take of a budget for memory: nothing if it is small, and no more than there
   * is.
   *
   * @param most the whole budget
   */
  int kilobytes(int most) {
    return kilobytes(declared >= 0 ? declared : Math.min(limit, most * 1024L));
  }

  /** What the body takes of the budget, once it has been read. */
  int kilobytesRead() {
    return kilobytes(bytes.length);
  }

  private static int kilobytes(long bytes) {
    return bytes <= SMALL ? 0 : (int) (bytes / 1024 + 1);
  }

  /**
   * Reads a small body that has come with its head, without waiting; false if it has not, and then
   * {@link #read} goes on with it.
   *
   * @throws IOException if the connection broke
   */
  boolean readNow() throws IOException {
    if (declared < 0 || declared > Math.min(limit, SMALL)) {
      return false;
    }
    bytes = new byte[(int) declared];
    while (filled < bytes.length) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        return false;
      }
      if (Content.Chunk.isFailure(chunk)) {
        throw new IOException("the body could not be read", chunk.getFailure());
      }
      try {
        int count = Math.min(chunk.remaining(), bytes.length - filled);
        chunk.get(bytes, filled, count);
        filled += count;
        if (chunk.isLast() && filled < bytes.length) {
          throw new IOException("the request ended before its body did");
        }
      } finally {
        chunk.release();
      }
    }
    return true;
  }

  /**
   * Reads the whole body, for which it waits; false if it is longer than allowed.
   *
   * @throws IOException if the connection broke, or the body comes too slowly
   */
  boolean read() throws IOException {
    if (declared == 0) {
      return true;
    }
    try (InputStream in = Content.Source.asInputStream(request)) {
      if (declared < 0) {
        bytes = readAtMost(in, limit + 1);
        return bytes.length <= limit;
      }
      byte[] rest = readAtMost(in, declared - filled);
      if (filled + rest.length < declared) {
        throw new IOException("the request ended before its body did");
      }
      if (filled == 0) {
        bytes = rest;
      } else {
        System.arraycopy(rest, 0, bytes, filled, rest.length);
      }
      return true;
    }
  }

  /**
   * Many clients read no answer before they have sent their whole request, and see a broken
   * connection instead: within a bound they are let.
   */
  void discard() throws IOException {
    if (declared <= DISCARDED_BYTES && !request.getHeaders().contains(HttpHeader.EXPECT)) {
      try (InputStream in = Content.Source.asInputStream(request)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  /**
   * Reads to the end or to {@code limit}. A sender that is slow on purpose would hold its part of
   * the budget for as long as it likes, so each byte buys little time.
   */
  private static byte[] readAtMost(InputStream in, long limit) throws IOException {
    long start = System.nanoTime();
    ByteArrayOutputStream body = new ByteArrayOutputStream((int) Math.min(limit, READ_BYTES));
    byte[] buffer = new byte[READ_BYTES];
    while (body.size() < limit) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, limit - body.size()));
      if (read < 0) {
        break;
      }
      body.write(buffer, 0, read);
      long allowed = GRACE_SECONDS + body.size() / BYTES_PER_SECOND;
      if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) > allowed) {
        throw new IOException("the body comes too slowly");
      }
    }
    return body.toByteArray();
  }
}
