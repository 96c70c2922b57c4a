package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AWS Lambda's Runtime API 2018-06-01 ("Using the Lambda runtime API for custom runtimes") for one
 * instance, over a listener that only this instance can reach. Reads requests and says what they
 * ask for; what becomes of calls is {@link RuntimeApiCalls}' to know.
 *
 * <p>Calls get their answers on the threads of its {@link HttpListener} that read requests.
 */
final class RuntimeApiChannel implements RuntimeChannel, HttpListener.Service {
  private static final String PREFIX = "/2018-06-01/runtime/";
  private static final String INVOCATION = PREFIX + "invocation/";
  private static final int CONNECTIONS = 32;

  private final HttpListener listener;
  private final ReceiveBudget budget;
  private final RuntimeApiCalls calls;
  // Serves the instance's extensions over the same listener, if there is a function yet.
  private volatile @Nullable ExtensionsApi extensions;

  /**
   * @param timer for answers after which the runtime does not ask for more
   * @param callsAtATime how many events the runtime may have at the same time; it asks for each
   *     over a connection of its own
   */
  RuntimeApiChannel(
      ServerSocketChannel socket,
      SocketWatcher watcher,
      ScheduledExecutorService timer,
      int callsAtATime) {
    this.budget =
        new ReceiveBudget(Limits.RESPONSE_BYTES + HttpConnection.HEADER_BYTES, callsAtATime);
    this.listener = new HttpListener(socket, watcher, Limits.RESPONSE_BYTES, budget, this);
    this.calls = new RuntimeApiCalls(timer, callsAtATime, listener::forget);
    listener.start("runtime-api");
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
    listener.close();
    calls.end();
  }

  @Override
  public int connections() {
    return CONNECTIONS + calls.atATime() - 1;
  }

  @Override
  public void gone(HttpConnection connection, boolean unsent) {
    ExtensionsApi api = extensions;
    if (api != null) {
      api.forget(connection);
    }
    calls.forget(connection, unsent);
  }

  /** Takes the body of a response as it comes, if it is streamed and answers a call. */
  @Override
  public Optional<HttpConnection.BodyTaker> takeBody(HttpRequest head, HttpConnection connection) {
    if (!RuntimeApiMessages.streams(head)) {
      return Optional.empty();
    }
    Optional<RuntimeApiStream> stream =
        answered(head, "response").flatMap(requestId -> calls.stream(requestId, connection));
    stream.ifPresent(begun -> begun.begin(RuntimeApiMessages.contentType(head)));
    return stream.map(begun -> begun);
  }

  @Override
  public void serve(HttpConnection connection, HttpRequest request) throws IOException {
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
          listener.forget(connection);
        }
      }
    } finally {
      // Whether the runtime hears of it or not, the call has its answer.
      reaction.then().run();
    }
  }

  @Override
  public byte[] refusal(String reason) {
    return RuntimeApiReply.error(400, "InvalidRequest", reason).bytes(true);
  }

  @Override
  public boolean isWaiting(HttpConnection connection) {
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
