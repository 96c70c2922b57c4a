package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AWS Lambda's Runtime API 2018-06-01 ("Using the Lambda runtime API for custom runtimes") for one
 * instance, over a listener that only this instance can reach. Reads requests and says what they
 * ask for; what becomes of calls is {@link RuntimeApiCalls}' to know.
 *
 * <p>One virtual thread accepts; its connections are the watcher's, on whose threads requests are
 * read and calls get their answers. Which connections there are is guarded by this object's
 * monitor, under which nothing else is called.
 */
final class RuntimeApiChannel implements RuntimeChannel {
  private static final String PREFIX = "/2018-06-01/runtime/";
  private static final String INVOCATION = PREFIX + "invocation/";
  private static final int CONNECTIONS = 32;

  private final ServerSocketChannel listener;
  private final SocketWatcher watcher;
  private final ReceiveBudget budget;
  private final RuntimeApiCalls calls;
  private final Set<HttpConnection> connections = new HashSet<>();
  private boolean closed;
  // Serves the instance's extensions over the same listener, if there is a function yet.
  private volatile @Nullable ExtensionsApi extensions;

  /**
   * @param timer for answers after which the runtime does not ask for more
   * @param callsAtATime how many events the runtime may have at the same time; it asks for each
   *     over a connection of its own
   */
  RuntimeApiChannel(
      ServerSocketChannel listener,
      SocketWatcher watcher,
      ScheduledExecutorService timer,
      int callsAtATime) {
    this.listener = listener;
    this.watcher = watcher;
    this.budget =
        new ReceiveBudget(Limits.RESPONSE_BYTES + HttpConnection.HEADER_BYTES, callsAtATime);
    this.calls = new RuntimeApiCalls(timer, callsAtATime, this::forget);
    Thread.ofVirtual().name("runtime-api").start(this::accept);
  }

  /** Says who is to serve extensions. To be called before {@link #awaitReady}. */
  void attach(ExtensionsApi api) {
    extensions = api;
  }

  @Override
  public void callsAtATime(int next) {
    budget.addCalls(next - calls.atATime());
    calls.atATime(next);
  }

  /** A request that is out of place is refused, and its client may go on. */
  @Override
  public void whenUncalled(Consumer<Outcome> listener) {}

  /** The Runtime API has no word for it: what a runtime says first is that it is ready. */
  @Override
  public OptionalLong greeted() {
    return OptionalLong.empty();
  }

  @Override
  public Optional<Outcome> awaitReady() throws ChannelClosedException {
    return calls.awaitReady();
  }

  @Override
  public void invoke(Invocation invocation, ResponseSink stream, Answer answer) {
    calls.make(
        new RuntimeApiCalls.Call(
            invocation.requestId().value(),
            RuntimeApiMessages.event(invocation),
            invocation.deadline(),
            stream,
            answer));
  }

  @Override
  public Instant expire(Instant now) {
    return calls.expire(now);
  }

  @Override
  public void close() {
    calls.close();
    Set<HttpConnection> open;
    synchronized (this) {
      closed = true;
      open = Set.copyOf(connections);
    }
    try {
      listener.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
    open.forEach(HttpConnection::close);
    calls.end();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel socket = listener.accept();
        HttpConnection connection = new HttpConnection(socket, Limits.RESPONSE_BYTES, budget);
        if (register(connection, CONNECTIONS + calls.atATime() - 1)) {
          start(connection);
        } else {
          connection.close();
        }
      }
    } catch (IOException e) {
      // The listener is closed with the instance; without one the runtime cannot go on anyway.
      close();
    }
  }

  private void start(HttpConnection connection) {
    connection.takeBodies(head -> stream(head, connection));
    try {
      connection.start(watcher, () -> serve(connection), () -> forget(connection));
    } catch (IOException e) {
      // It has been closed meanwhile.
      forget(connection);
    }
  }

  private synchronized boolean register(HttpConnection connection, int most) {
    return !closed && connections.size() < most && connections.add(connection);
  }

  private void forget(HttpConnection connection) {
    boolean unsent = connection.unsent();
    connection.close();
    synchronized (this) {
      connections.remove(connection);
    }
    ExtensionsApi api = extensions;
    if (api != null) {
      api.forget(connection);
    }
    calls.forget(connection, unsent);
  }

  /** Takes the body of a response as it comes, if it is streamed and answers a call. */
  private Optional<HttpConnection.BodyTaker> stream(HttpRequest head, HttpConnection connection) {
    if (!RuntimeApiMessages.streams(head)) {
      return Optional.empty();
    }
    Optional<RuntimeApiStream> stream =
        answered(head, "response").flatMap(requestId -> calls.stream(requestId, connection));
    stream.ifPresent(begun -> begun.begin(RuntimeApiMessages.contentType(head)));
    return stream.map(begun -> begun);
  }

  /** There is something to read. Requests wait for their answers, so there is one at the most. */
  private void serve(HttpConnection connection) {
    try {
      Optional<HttpRequest> request = connection.read();
      if (request.isPresent()) {
        if (connection.pipelined() || isWaiting(connection)) {
          throw new HttpConnection.MalformedException("requests must wait for their answers");
        }
        serve(connection, request.get());
      } else if (connection.ended()) {
        forget(connection);
      }
    } catch (HttpConnection.MalformedException e) {
      refuse(connection, e.getMessage());
      forget(connection);
    } catch (IOException e) {
      // The runtime closed its end or is gone; there is nobody to tell.
      forget(connection);
    }
  }

  private void serve(HttpConnection connection, HttpRequest request) throws IOException {
    ExtensionsApi api = extensions;
    if (api != null && api.takes(request)) {
      api.serve(connection, request);
      return;
    }
    RuntimeApiReaction reaction = route(request, connection);
    boolean last = "close".equalsIgnoreCase(request.header("connection").orElse(""));
    try {
      if (reaction.reply().isPresent()) {
        connection.write(reaction.reply().get().bytes(last));
        if (last) {
          forget(connection);
        }
      }
    } finally {
      // Whether the runtime hears of it or not, the call has its answer.
      reaction.then().run();
    }
  }

  private static void refuse(HttpConnection connection, @Nullable String reason) {
    try {
      connection.write(
          RuntimeApiReply.error(400, "InvalidRequest", String.valueOf(reason)).bytes(true));
    } catch (IOException e) {
      // It is being closed in any case.
    }
  }

  private boolean isWaiting(HttpConnection connection) {
    ExtensionsApi api = extensions;
    return (api != null && api.isWaiting(connection)) || calls.isWaiting(connection);
  }

  private RuntimeApiReaction route(HttpRequest request, HttpConnection connection) {
    String path = request.path();
    if (request.method().equals("GET") && path.equals(INVOCATION + "next")) {
      return calls.next(connection);
    }
    if (request.method().equals("POST")
        && (path.equals(PREFIX + "init/error") || path.equals(PREFIX + "restore/error"))) {
      return RuntimeApiReaction.of(
          calls.fail(
              new Outcome.InitError(
                  request.body(), request.header(RuntimeApiMessages.ERROR_TYPE))));
    }
    if (request.method().equals("GET") && path.equals(PREFIX + "restore/next")) {
      return RuntimeApiReaction.of(calls.restore());
    }
    Optional<String> response = answered(request, "response");
    if (response.isPresent()) {
      return answer(response.get(), request, false, connection);
    }
    Optional<String> error = answered(request, "error");
    if (error.isPresent()) {
      return answer(error.get(), request, true, connection);
    }
    return RuntimeApiReaction.of(
        RuntimeApiReply.error(404, "NotFound", "The Runtime API has no such path"));
  }

  /** The id of the call that a request answers in a way, {@code response} or {@code error}. */
  private static Optional<String> answered(HttpRequest request, String way) {
    if (!request.method().equals("POST") || !request.path().startsWith(INVOCATION)) {
      return Optional.empty();
    }
    String[] parts = request.path().substring(INVOCATION.length()).split("/", -1);
    return parts.length == 2 && parts[1].equals(way) ? Optional.of(parts[0]) : Optional.empty();
  }

  private RuntimeApiReaction answer(
      String requestId, HttpRequest request, boolean error, HttpConnection connection) {
    RuntimeApiReply taken =
        request.oversized()
            ? RuntimeApiReply.error(
                413,
                "RequestEntityTooLarge",
                "Exceeded maximum allowed payload size (" + Limits.RESPONSE_BYTES + " bytes).")
            : RuntimeApiReply.accepted();
    return calls.answer(requestId, RuntimeApiMessages.outcome(request, error), taken, connection);
  }
}
