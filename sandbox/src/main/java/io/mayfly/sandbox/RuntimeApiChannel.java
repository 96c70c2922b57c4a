package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * AWS Lambda's Runtime API 2018-06-01 ("Using the Lambda runtime API for custom runtimes") for one
 * instance, over a listener that only this instance can reach.
 *
 * <p>One virtual thread accepts, one per connection reads requests. A {@code next} that has to wait
 * costs no thread: its connection is remembered, and the call's own virtual thread writes the event
 * into it and waits for the answer. All state is under {@link #lock}; nothing is written to a
 * socket under it.
 */
final class RuntimeApiChannel implements RuntimeChannel {
  private static final String PREFIX = "/2018-06-01/runtime/";
  private static final String INVOCATION = PREFIX + "invocation/";
  private static final int CONNECTIONS = 32;
  // A runtime that works on after its answer must not keep the caller waiting for long.
  private static final Duration NEXT_LAG = Duration.ofMillis(100);
  private static final String ERROR_TYPE = "lambda-runtime-function-error-type";
  private static final String ERROR_BODY = "lambda-runtime-function-error-body";

  private final ServerSocketChannel listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<HttpConnection> connections = new HashSet<>();
  // Connections whose "next" waits for an event, the longest first; one for each call at most.
  private final Deque<HttpConnection> waiting = new ArrayDeque<>();
  // What the runtime has been given and has not answered, by request id.
  private final Map<String, Call> running = new HashMap<>();
  // Calls whose caller has its timeout. Their answers are taken, and nobody wants them.
  private final Set<String> late = new HashSet<>();
  private @Nullable Outcome initError;
  private int callsAtATime;
  private boolean ready;
  private boolean closed;

  /** One call; its answer is guarded by the lock. */
  private static final class Call {
    private final Condition answered;
    private @Nullable Outcome answer;

    Call(Condition answered) {
      this.answered = answered;
    }
  }

  /**
   * @param callsAtATime how many events the runtime may have at the same time; it asks for each
   *     over a connection of its own
   */
  RuntimeApiChannel(ServerSocketChannel listener, int callsAtATime) {
    this.listener = listener;
    this.callsAtATime = callsAtATime;
    Thread.ofVirtual().name("runtime-api").start(this::accept);
  }

  @Override
  public void callsAtATime(int calls) {
    lock.lock();
    try {
      callsAtATime = calls;
    } finally {
      lock.unlock();
    }
  }

  /** The Runtime API has no word for it: what a runtime says first is that it is ready. */
  @Override
  public OptionalLong greeted() {
    return OptionalLong.empty();
  }

  @Override
  public Optional<Outcome> awaitReady() throws ChannelClosedException {
    lock.lock();
    try {
      while (!ready && initError == null) {
        await();
      }
      return Optional.ofNullable(initError);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void invoke(Invocation invocation, Answer answer) {
    Thread.ofVirtual()
        .name("runtime-api-call")
        .start(
            () -> {
              Outcome outcome;
              try {
                outcome = converse(invocation);
              } catch (ChannelClosedException e) {
                answer.closed(e);
                return;
              } catch (RuntimeException | Error e) {
                // The call must have an answer all the same.
                answer.closed(new ChannelClosedException("the call failed: " + e, e));
                throw e;
              }
              answer.answered(outcome);
            });
  }

  /** None: each call's thread sees to its own. */
  @Override
  public Instant expire(Instant now) {
    return Instant.MAX;
  }

  /** Gives the runtime an event and waits for its answer. */
  Outcome converse(Invocation invocation) throws ChannelClosedException {
    byte[] event = event(invocation);
    String id = invocation.requestId().value();
    Call call = new Call(lock.newCondition());
    while (!offer(event, takeWaiting(id, call))) {
      // The client went away between asking and being given the event; it will ask again.
      withdraw(id);
    }
    lock.lock();
    try {
      long left = Duration.between(Instant.now(), invocation.deadline()).toNanos();
      while (call.answer == null) {
        requireOpen();
        if (callsAtATime == 1) {
          call.answered.awaitUninterruptibly();
        } else if (left > 0) {
          left = awaitAtMost(call.answered, left);
        } else {
          running.remove(id);
          late.add(id);
          return new Outcome.TimedOut();
        }
      }
      awaitNext();
      return call.answer;
    } finally {
      lock.unlock();
    }
  }

  private static boolean offer(byte[] event, HttpConnection connection) {
    try {
      connection.write(event);
      return true;
    } catch (IOException e) {
      connection.close();
      return false;
    }
  }

  private void withdraw(String id) {
    lock.lock();
    try {
      running.remove(id);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the runtime asks, and makes {@code call} one that it may answer. */
  private HttpConnection takeWaiting(String id, Call call) throws ChannelClosedException {
    lock.lock();
    try {
      while (waiting.isEmpty()) {
        await();
      }
      running.put(id, call);
      return waiting.removeFirst();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the runtime a moment to ask for the next event: what it does until then belongs to the
   * call it has answered. AWS's client for Java logs a handler's error only after it has sent it.
   */
  private void awaitNext() {
    long left = callsAtATime == 1 ? NEXT_LAG.toNanos() : 0;
    while (waiting.isEmpty() && !closed && left > 0) {
      left = awaitAtMost(changed, left);
    }
  }

  @SuppressWarnings("WaitNotInLoop") // every caller loops over its own condition
  private void await() throws ChannelClosedException {
    requireOpen();
    changed.awaitUninterruptibly();
  }

  private void requireOpen() throws ChannelClosedException {
    if (closed) {
      throw new ChannelClosedException("the instance has been stopped");
    }
  }

  /** What is left of the nanoseconds; nothing after an interrupt. */
  @SuppressWarnings("WaitNotInLoop") // every caller loops over its own condition
  private static long awaitAtMost(Condition condition, long nanos) {
    try {
      return condition.awaitNanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  @Override
  public void close() {
    Set<HttpConnection> open;
    lock.lock();
    try {
      closed = true;
      open = Set.copyOf(connections);
      changed.signalAll();
      running.values().forEach(call -> call.answered.signalAll());
    } finally {
      lock.unlock();
    }
    try {
      listener.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
    open.forEach(HttpConnection::close);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel socket = listener.accept();
        HttpConnection connection = new HttpConnection(socket, Limits.RESPONSE_BYTES);
        if (register(connection)) {
          Thread.ofVirtual().name("runtime-api-connection").start(() -> serve(connection));
        } else {
          connection.close();
        }
      }
    } catch (IOException e) {
      // The listener is closed with the instance; without one the runtime cannot go on anyway.
      close();
    }
  }

  private boolean register(HttpConnection connection) {
    lock.lock();
    try {
      return !closed
          && connections.size() < CONNECTIONS + callsAtATime - 1
          && connections.add(connection);
    } finally {
      lock.unlock();
    }
  }

  private void forget(HttpConnection connection) {
    connection.close();
    lock.lock();
    try {
      connections.remove(connection);
      waiting.remove(connection);
    } finally {
      lock.unlock();
    }
  }

  private void serve(HttpConnection connection) {
    try {
      Optional<HttpRequest> request = connection.read();
      while (request.isPresent()) {
        if (connection.pipelined() || isWaiting(connection)) {
          throw new HttpConnection.MalformedException("requests must wait for their answers");
        }
        Optional<Reply> reply = route(request.get(), connection);
        boolean last = "close".equalsIgnoreCase(request.get().header("connection").orElse(""));
        if (reply.isPresent()) {
          connection.write(reply.get().bytes(last));
          if (last) {
            return;
          }
        }
        request = connection.read();
      }
    } catch (HttpConnection.MalformedException e) {
      refuse(connection, e.getMessage());
    } catch (IOException e) {
      // The runtime closed its end or is gone; there is nobody to tell.
    } finally {
      forget(connection);
    }
  }

  private static void refuse(HttpConnection connection, @Nullable String reason) {
    try {
      connection.write(Reply.error(400, "InvalidRequest", String.valueOf(reason)).bytes(true));
    } catch (IOException e) {
      // It is being closed in any case.
    }
  }

  private boolean isWaiting(HttpConnection connection) {
    lock.lock();
    try {
      return waiting.contains(connection);
    } finally {
      lock.unlock();
    }
  }

  /** The reply, or empty for a {@code next} that is answered when there is an event. */
  private Optional<Reply> route(HttpRequest request, HttpConnection connection) {
    String path = request.path();
    if (request.method().equals("GET") && path.equals(INVOCATION + "next")) {
      return next(connection);
    }
    if (request.method().equals("POST") && path.equals(PREFIX + "init/error")) {
      return Optional.of(initError(request));
    }
    if (request.method().equals("POST") && path.startsWith(INVOCATION)) {
      String[] parts = path.substring(INVOCATION.length()).split("/", -1);
      if (parts.length == 2 && parts[1].equals("response")) {
        return Optional.of(answer(parts[0], request, false));
      }
      if (parts.length == 2 && parts[1].equals("error")) {
        return Optional.of(answer(parts[0], request, true));
      }
    }
    return Optional.of(Reply.error(404, "NotFound", "The Runtime API has no such path"));
  }

  private Optional<Reply> next(HttpConnection connection) {
    HttpConnection before = null;
    lock.lock();
    try {
      if (running.size() + late.size() >= callsAtATime) {
        return Optional.of(
            Reply.error(
                403, "InvalidStateTransition", "The current invocation has not been answered"));
      }
      // A client that asks once more has given an earlier connection up.
      if (waiting.size() + running.size() + late.size() >= callsAtATime) {
        before = waiting.removeFirst();
      }
      waiting.addLast(connection);
      ready = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.close();
    }
    return Optional.empty();
  }

  private Reply initError(HttpRequest request) {
    lock.lock();
    try {
      if (ready) {
        return Reply.error(403, "InvalidStateTransition", "The runtime has been initialised");
      }
      initError = new Outcome.InitError(request.body(), request.header(ERROR_TYPE));
      changed.signalAll();
      return Reply.accepted();
    } finally {
      lock.unlock();
    }
  }

  private Reply answer(String requestId, HttpRequest request, boolean error) {
    lock.lock();
    try {
      Call call = running.remove(requestId);
      if (call == null && !late.remove(requestId)) {
        return Reply.error(400, "InvalidRequestID", "Invalid request ID");
      }
      if (call != null) {
        call.answer = outcome(request, error);
        call.answered.signal();
      }
      if (request.oversized()) {
        return Reply.error(
            413,
            "RequestEntityTooLarge",
            "Exceeded maximum allowed payload size (" + Limits.RESPONSE_BYTES + " bytes).");
      }
      return Reply.accepted();
    } finally {
      lock.unlock();
    }
  }

  private static Outcome outcome(HttpRequest request, boolean error) {
    if (request.oversized()) {
      return new Outcome.ResponseTooLarge(request.bodyBytes());
    }
    if (error) {
      return new Outcome.HandlerError(request.body(), request.header(ERROR_TYPE));
    }
    Optional<String> streamError = request.header(ERROR_BODY);
    if (streamError.isPresent()) {
      return new Outcome.HandlerError(decoded(streamError.get()), request.header(ERROR_TYPE));
    }
    return new Outcome.Success(
        request.body(), request.header("content-type").orElse("application/json"));
  }

  /** A streamed response that fails half-way carries its error as Base64 in a trailer. */
  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private static byte[] event(Invocation invocation) {
    StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
    header(head, "Content-Type", "application/json");
    header(head, "Lambda-Runtime-Aws-Request-Id", invocation.requestId().value());
    header(head, "Lambda-Runtime-Deadline-Ms", Long.toString(invocation.deadline().toEpochMilli()));
    header(head, "Lambda-Runtime-Invoked-Function-Arn", invocation.functionArn().toString());
    header(head, "Lambda-Runtime-Trace-Id", invocation.traceId());
    invocation
        .clientContext()
        .ifPresent(value -> header(head, "Lambda-Runtime-Client-Context", value));
    invocation
        .cognitoIdentity()
        .ifPresent(value -> header(head, "Lambda-Runtime-Cognito-Identity", value));
    header(head, "Content-Length", Integer.toString(invocation.payload().length));
    head.append("\r\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(invocation.payload().length + 1024);
    bytes.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(invocation.payload());
    return bytes.toByteArray();
  }

  /** Values come from whoever invokes; none may end its line. */
  private static void header(StringBuilder head, String name, String value) {
    head.append(name).append(": ");
    value.chars().forEach(each -> head.append(each < ' ' || each == 0x7F ? ' ' : (char) each));
    head.append("\r\n");
  }

  /** A short JSON answer. Its texts are this class's own and need no escaping. */
  private record Reply(int status, String body) {
    static Reply accepted() {
      return new Reply(202, "{\"status\":\"OK\"}\n");
    }

    static Reply error(int status, String type, String message) {
      return new Reply(
          status, "{\"errorMessage\":\"" + message + "\",\"errorType\":\"" + type + "\"}\n");
    }

    byte[] bytes(boolean last) {
      String reason =
          switch (status) {
            case 202 -> "Accepted";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            default -> "Request Entity Too Large";
          };
      String head =
          "HTTP/1.1 "
              + status
              + " "
              + reason
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + (last ? "\r\nConnection: close" : "")
              + "\r\n\r\n";
      return (head + body).getBytes(StandardCharsets.US_ASCII);
    }
  }
}
