package io.mayfly.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection from a jail (RFC 9112), as much of it as Runtime API clients use: bodies
 * by length or in chunks, keep-alive, {@code Expect: 100-continue}. Everything read is bounded.
 *
 * <p>Waits for nothing: {@link #read} takes what has come and goes on from there the next time,
 * {@link #write} keeps what the client does not read until there is room. One thread at a time
 * reads, any write.
 */
final class HttpConnection implements AutoCloseable {
  // Lambda-Runtime-Function-XRay-Error-Cause alone may take a megabyte.
  static final int HEADER_BYTES = 1_200_000;
  static final int LINE_BYTES = 1024 * 1024 + 1024;
  private static final int START_BYTES = 8 * 1024;
  // A body that is too large is read to its end, so that its sender gets to see the answer.
  private static final long DROPPED_BYTES = 256L * 1024 * 1024;
  private static final int BUFFER_BYTES = 16 * 1024;

  /** How many bytes are read at a time, so that others on the same thread have their turns. */
  private static final long TURN = 1 << 20;

  /** What was sent is no HTTP, or more of it than is taken. */
  static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  /** Takes the body of a request as it comes. */
  interface BodyTaker {
    /** More of the body has come. */
    void take(byte[] from, int offset, int length);
  }

  /** What comes next of a request. */
  private enum Part {
    START,
    HEADERS,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS
  }

  private final SocketChannel socket;
  private final int maximumBody;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private volatile SocketWatcher.@Nullable Watch watch;
  private boolean ended;

  private Part part = Part.START;

  /** What there is of a line whose end has not come. */
  private ByteArrayOutputStream line = new ByteArrayOutputStream(128);

  /** How many more bytes of lines are taken. */
  private int lineRoom = HEADER_BYTES;

  private String[] start = {};
  private Map<String, String> headers = new HashMap<>();
  private Body body = new Body();

  /** Says who takes the body of a request as it comes, from its head; nobody, as a rule. */
  private Function<HttpRequest, Optional<BodyTaker>> takers = head -> Optional.empty();

  private Optional<BodyTaker> taker = Optional.empty();

  /** Whether nothing more is read for now. */
  private volatile boolean paused;

  /** What is missing of the body, or of the chunk. */
  private long missing;

  private final ReceiveBudget budget;

  /** What the request that is being read takes of the budget. */
  private final AtomicInteger held = new AtomicInteger();

  private final ReentrantLock writing = new ReentrantLock();
  private final Deque<ByteBuffer> unwritten = new ArrayDeque<>();

  /**
   * @param budget what it may hold of requests, together with others
   */
  HttpConnection(SocketChannel socket, int maximumBody, ReceiveBudget budget) {
    this.socket = socket;
    this.maximumBody = maximumBody;
    this.budget = budget;
  }

  /**
   * Has the bodies of some requests taken as they come, if they come in chunks; such a request has
   * no body then. To be called before {@link #start}.
   */
  void takeBodies(Function<HttpRequest, Optional<BodyTaker>> takers) {
    this.takers = takers;
  }

  /** Reads no more than what has been read, so that the client has to wait, or goes on reading. */
  void pause(boolean pausing) {
    paused = pausing;
    SocketWatcher.Watch known = watch;
    if (known == null) {
      return;
    }
    try {
      known.awaitData(!pausing);
    } catch (IOException e) {
      // It has been closed.
    }
  }

  /**
   * Has the socket watched.
   *
   * @param readable runs when there is something to {@link #read}
   * @param broken runs when what was kept cannot be written any more
   */
  void start(SocketWatcher watcher, Runnable readable, Runnable broken) throws IOException {
    writing.lock();
    try {
      watch = watcher.watch(socket, readable, () -> writable(broken));
    } finally {
      writing.unlock();
    }
  }

  /**
   * Takes what has come.
   *
   * @return a request once there is a whole one
   * @throws MalformedException if the client must be refused with status 400
   */
  Optional<HttpRequest> read() throws IOException {
    long room = TURN;
    while (true) {
      while (buffer.hasRemaining()) {
        if (step()) {
          return Optional.of(finish());
        }
      }
      if (paused || room <= 0 || !fill()) {
        return Optional.empty();
      }
      room -= buffer.remaining();
    }
  }

  /** Whether the client has closed the connection, between two requests. */
  boolean ended() {
    return ended;
  }

  /** Whether the client has sent more than the request that was read, or not read an answer. */
  boolean pipelined() {
    return buffer.hasRemaining() || unsent();
  }

  private boolean fill() throws IOException {
    buffer.clear();
    int count = socket.read(buffer);
    buffer.flip();
    if (count < 0) {
      if (part != Part.START || line.size() > 0) {
        throw new MalformedException("the connection ended in the middle of a request");
      }
      ended = true;
    }
    return count > 0;
  }

  /** Takes some of what is in the buffer; true at the end of a request. */
  private boolean step() throws IOException {
    if (part == Part.BODY || part == Part.CHUNK) {
      int count = (int) Math.min(missing, buffer.remaining());
      if (taker.isPresent()) {
        taker.get().take(buffer.array(), buffer.position(), count);
      } else {
        body.add(buffer.array(), buffer.position(), count);
      }
      buffer.position(buffer.position() + count);
      missing -= count;
      if (missing > 0 || part == Part.BODY) {
        return missing == 0;
      }
      part = Part.CHUNK_END;
      return false;
    }
    Optional<String> whole = line();
    return whole.isPresent() && take(whole.get());
  }

  /** One line without its end; bare line feeds are taken too, as RFC 9112 section 2.2 allows. */
  private Optional<String> line() throws MalformedException {
    byte[] bytes = buffer.array();
    int from = buffer.position();
    int end = from;
    while (end < buffer.limit() && bytes[end] != '\n') {
      end++;
    }
    boolean whole = end < buffer.limit();
    buffer.position(whole ? end + 1 : end);
    lineRoom -= buffer.position() - from;
    int most = part == Part.START ? START_BYTES : LINE_BYTES;
    if (lineRoom <= 0 || line.size() + end - from > most) {
      throw new MalformedException("the headers are too long");
    }
    hold(end - from);
    line.write(bytes, from, end - from);
    if (!whole) {
      return Optional.empty();
    }
    String text = line.toString(StandardCharsets.UTF_8);
    if (part == Part.CHUNK_SIZE || part == Part.CHUNK_END) {
      letGo(line.size());
    }
    if (line.size() > BUFFER_BYTES) {
      line = new ByteArrayOutputStream(128);
    } else {
      line.reset();
    }
    return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }

  /** Takes one line; true at the end of a request. */
  private boolean take(String text) throws IOException {
    switch (part) {
      case START -> {
        start = text.split(" ", 4);
        if (start.length != 3 || !start[2].startsWith("HTTP/1.")) {
          throw new MalformedException("the request line is not HTTP/1.1");
        }
        part = Part.HEADERS;
      }
      case HEADERS -> {
        if (text.isEmpty()) {
          return !bodyFollows();
        }
        header(text);
      }
      case CHUNK_SIZE -> {
        int extension = text.indexOf(';');
        expect(number((extension < 0 ? text : text.substring(0, extension)).strip(), 16));
        part = missing == 0 ? Part.TRAILERS : Part.CHUNK;
      }
      case CHUNK_END -> {
        if (!text.isEmpty()) {
          throw new MalformedException("a chunk is longer than it says");
        }
        // What a chunk's own lines took is given back: it is the body that is bounded, by its size.
        lineRoom = HEADER_BYTES;
        part = Part.CHUNK_SIZE;
      }
      case TRAILERS -> {
        if (text.isEmpty()) {
          return true;
        }
        header(text);
      }
      case BODY, CHUNK -> throw new IllegalStateException("no line is due in a body");
    }
    return false;
  }

  /** The headers are over. */
  private boolean bodyFollows() throws IOException {
    if (start[2].equals("HTTP/1.0")) {
      headers.putIfAbsent("connection", "close");
    }
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    if (headers.containsKey("transfer-encoding")) {
      if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))
          || headers.containsKey("content-length")) {
        throw new MalformedException("the body's transfer encoding is not understood");
      }
      taker = takers.apply(request());
      part = Part.CHUNK_SIZE;
      return true;
    }
    if (headers.containsKey("content-length")) {
      expect(number(String.valueOf(headers.get("content-length")), 10));
      part = Part.BODY;
      return missing > 0;
    }
    return false;
  }

  private void expect(long bytes) throws MalformedException {
    if (bytes > DROPPED_BYTES - body.total) {
      throw new MalformedException("a body of more than " + DROPPED_BYTES + " bytes");
    }
    missing = bytes;
  }

  private void header(String text) throws MalformedException {
    int colon = text.indexOf(':');
    if (colon <= 0 || text.charAt(0) == ' ' || text.charAt(0) == '\t') {
      throw new MalformedException("a header line has no name");
    }
    String name = text.substring(0, colon).toLowerCase(Locale.ROOT);
    String value = text.substring(colon + 1).strip();
    String before = headers.put(name, value);
    if (before != null && name.equals("content-length") && !before.equals(value)) {
      throw new MalformedException("two different content lengths");
    }
    if (headers.size() > 100) {
      throw new MalformedException("more than 100 headers");
    }
  }

  private HttpRequest request() {
    return new HttpRequest(start[0], start[1], headers, body.bytes(), body.total);
  }

  private HttpRequest finish() {
    HttpRequest request = request();
    budget.giveBack(held.getAndSet(0));
    part = Part.START;
    lineRoom = HEADER_BYTES;
    headers = new HashMap<>();
    body = new Body();
    taker = Optional.empty();
    return request;
  }

  private void hold(int bytes) throws MalformedException {
    if (!budget.take(bytes)) {
      throw new MalformedException("too much is under way that has not been sent to its end");
    }
    held.addAndGet(bytes);
  }

  private void letGo(int bytes) {
    held.addAndGet(-bytes);
    budget.giveBack(bytes);
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

  /** Sends an answer, at once as far as there is room for it. */
  void write(byte[] bytes) throws IOException {
    writing.lock();
    try {
      boolean waited = !unwritten.isEmpty();
      unwritten.addLast(ByteBuffer.wrap(bytes));
      flush();
      SocketWatcher.Watch known = watch;
      if (!waited && !unwritten.isEmpty() && known != null) {
        known.awaitRoom(true);
      }
    } finally {
      writing.unlock();
    }
  }

  private void flush() throws IOException {
    socket.write(unwritten.toArray(ByteBuffer[]::new));
    while (!unwritten.isEmpty() && !unwritten.getFirst().hasRemaining()) {
      unwritten.removeFirst();
    }
  }

  private void writable(Runnable broken) {
    writing.lock();
    try {
      flush();
      SocketWatcher.Watch known = watch;
      if (unwritten.isEmpty() && known != null) {
        known.awaitRoom(false);
      }
      return;
    } catch (IOException e) {
      // Said below, without the lock.
    } finally {
      writing.unlock();
    }
    broken.run();
  }

  /** Whether something of what was to be sent has not been. */
  boolean unsent() {
    writing.lock();
    try {
      return !unwritten.isEmpty();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
    SocketWatcher.Watch known = watch;
    if (known != null) {
      known.end();
    }
    // Whoever is reading finds the socket closed and comes here, too.
    budget.giveBack(held.getAndSet(0));
  }

  /** A body while it is read: kept up to the limit, counted beyond it. */
  private final class Body {
    private ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long total;

    void add(byte[] from, int offset, int length) throws MalformedException {
      total += length;
      if (total <= maximumBody) {
        hold(length);
        kept.write(from, offset, length);
      } else if (kept.size() > 0) {
        letGo(kept.size());
        kept = new ByteArrayOutputStream();
      }
    }

    byte[] bytes() {
      return kept.toByteArray();
    }
  }
}
