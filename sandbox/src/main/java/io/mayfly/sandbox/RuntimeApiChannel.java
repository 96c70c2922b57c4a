package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AWS Lambda's Runtime API 2018-06-01 ("Using the Lambda runtime API for custom runtimes") for one
 * instance, over a listener that only this instance can reach.
 *
 * <p>One virtual thread accepts; its connections are the watcher's, on whose threads requests are
 * read and calls get their answers. Whoever makes a call writes the event into the connection whose
 * {@code next} has waited longest; if none waits, the call does. All state is under {@link #lock};
 * nothing is written to a socket and nobody is told anything under it.
 */
final class RuntimeApiChannel implements RuntimeChannel {
  private static final String PREFIX = "/2018-06-01/runtime/";
  private static final String INVOCATION = PREFIX + "invocation/";
  private static final int CONNECTIONS = 32;
  // A runtime that works on after its answer must not keep the caller waiting for long.
  private static final Duration NEXT_LAG = Duration.ofMillis(100);

  private final ServerSocketChannel listener;
  private final SocketWatcher watcher;
  private final DeadlineAlarm alarm;
  private final ReceiveBudget budget;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readiness = lock.newCondition();
  private final Set<HttpConnection> connections = new HashSet<>();
  // Connections whose "next" waits for an event, the longest first; one for each call at most.
  private final Deque<HttpConnection> waiting = new ArrayDeque<>();
  // Calls that wait for a "next".
  private final Deque<Call> unplaced = new ArrayDeque<>();
  // What the runtime has been given and has not answered, by request id.
  private final Map<String, Placed> running = new HashMap<>();
  // Calls whose caller has its timeout. Their answers are taken, and nobody wants them.
  private final Set<String> late = new HashSet<>();
  // With one call at a time, an answer that the caller does not have yet; see next().
  private Optional<Answered> held = Optional.empty();
  private @Nullable Outcome initError;
  // Serves the instance's extensions over the same listener, if there is a function yet.
  private volatile @Nullable ExtensionsApi extensions;
  private int callsAtATime;
  private boolean ready;
  private boolean closed;

  private record Call(
      String id, byte[] event, Instant deadline, ResponseSink stream, Answer answer) {}

  private record Answered(Call call, Outcome outcome, Instant until) {
    void tell() {
      call.answer().answered(outcome);
    }
  }

  /**
   * A call and the connection that its event goes to.
   *
   * @param stream its response, once the runtime has begun to stream it
   */
  private record Placed(Call call, HttpConnection connection, Optional<RuntimeApiStream> stream) {
    boolean streamsOver(HttpConnection other) {
      return stream.isPresent() && stream.get().isOver(other);
    }
  }

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
    this.callsAtATime = callsAtATime;
    this.budget =
        new ReceiveBudget(Limits.RESPONSE_BYTES + HttpConnection.HEADER_BYTES, callsAtATime);
    this.alarm = new DeadlineAlarm(timer, this::letGo);
    Thread.ofVirtual().name("runtime-api").start(this::accept);
  }

  /** Says who is to serve extensions. To be called before {@link #awaitReady}. */
  void attach(ExtensionsApi api) {
    extensions = api;
  }

  @Override
  public void callsAtATime(int calls) {
    lock.lock();
    try {
      budget.addCalls(calls - callsAtATime);
      callsAtATime = calls;
    } finally {
      lock.unlock();
    }
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
    lock.lock();
    try {
      while (!ready && initError == null) {
        if (closed) {
          throw stopped();
        }
        readiness.awaitUninterruptibly();
      }
      return Optional.ofNullable(initError);
    } finally {
      lock.unlock();
    }
  }

  private static ChannelClosedException stopped() {
    return new ChannelClosedException("the instance has been stopped");
  }

  @Override
  public void invoke(Invocation invocation, ResponseSink stream, Answer answer) {
    Call call =
        new Call(
            invocation.requestId().value(),
            RuntimeApiMessages.event(invocation),
            invocation.deadline(),
            stream,
            answer);
    Optional<Placed> placed;
    lock.lock();
    try {
      unplaced.addLast(call);
      placed = place();
    } finally {
      lock.unlock();
    }
    placed.ifPresent(this::give);
    endIfClosed(call);
  }

  /** Whoever closed the channel may have been too early to see a call. */
  private void endIfClosed(Call call) {
    boolean over;
    lock.lock();
    try {
      over = closed;
    } finally {
      lock.unlock();
    }
    if (over) {
      end(call);
    }
  }

  /** Gives the call that has waited longest the connection that has, if there are both. */
  private Optional<Placed> place() {
    if (closed || waiting.isEmpty() || unplaced.isEmpty()) {
      return Optional.empty();
    }
    Placed placed = new Placed(unplaced.removeFirst(), waiting.removeFirst(), Optional.empty());
    running.put(placed.call().id(), placed);
    return Optional.of(placed);
  }

  private void give(Placed placed) {
    try {
      placed.connection().write(placed.call().event());
    } catch (IOException e) {
      forget(placed.connection());
    }
  }

  @Override
  public Instant expire(Instant now) {
    List<Call> over = new ArrayList<>();
    Instant next = Instant.MAX;
    lock.lock();
    try {
      Iterator<Placed> given = running.values().iterator();
      while (given.hasNext()) {
        Call call = given.next().call();
        if (now.isBefore(call.deadline())) {
          next = call.deadline().isBefore(next) ? call.deadline() : next;
        } else {
          given.remove();
          late.add(call.id());
          over.add(call);
        }
      }
      for (Call call : List.copyOf(unplaced)) {
        if (now.isBefore(call.deadline())) {
          next = call.deadline().isBefore(next) ? call.deadline() : next;
        } else {
          unplaced.remove(call);
          over.add(call);
        }
      }
    } finally {
      lock.unlock();
    }
    over.forEach(call -> call.answer().answered(new Outcome.TimedOut()));
    return next;
  }

  @Override
  public void close() {
    Set<HttpConnection> open;
    List<Call> calls;
    Optional<Answered> answered;
    lock.lock();
    try {
      closed = true;
      open = Set.copyOf(connections);
      calls = new ArrayList<>(unplaced);
      running.values().forEach(placed -> calls.add(placed.call()));
      answered = held;
      held = Optional.empty();
      readiness.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      listener.close();
    } catch (IOException e) {
      // The descriptor is gone whatever close(2) says.
    }
    open.forEach(HttpConnection::close);
    answered.ifPresent(Answered::tell);
    calls.forEach(this::end);
  }

  /** Ends a call that the runtime will not answer any more, unless that has been done. */
  private void end(Call call) {
    boolean first;
    lock.lock();
    try {
      Placed placed = running.get(call.id());
      boolean given = placed != null && placed.call().equals(call);
      if (given) {
        running.remove(call.id());
      }
      first = given || unplaced.remove(call);
    } finally {
      lock.unlock();
    }
    if (first) {
      call.answer().closed(stopped());
    }
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel socket = listener.accept();
        HttpConnection connection = new HttpConnection(socket, Limits.RESPONSE_BYTES, budget);
        if (register(connection)) {
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

  /**
   * Lets go of a connection. A call whose event has not been wholly sent over it is placed anew:
   * the client went away between asking and being given the event, and will ask again. One whose
   * response was coming over it has no more to expect.
   */
  private void forget(HttpConnection connection) {
    boolean unsent = connection.unsent();
    connection.close();
    ExtensionsApi api = extensions;
    if (api != null) {
      api.forget(connection);
    }
    Optional<Call> call = Optional.empty();
    Optional<Call> cut;
    Optional<Placed> placed;
    lock.lock();
    try {
      connections.remove(connection);
      waiting.remove(connection);
      cut =
          running.values().stream()
              .filter(each -> each.streamsOver(connection))
              .findFirst()
              .map(Placed::call);
      cut.ifPresent(over -> running.remove(over.id()));
      if (unsent) {
        call =
            running.values().stream()
                // One whose response has begun is not begun anew: it ends with that, or its
                // deadline.
                .filter(each -> each.connection().equals(connection) && each.stream().isEmpty())
                .map(Placed::call)
                .findFirst();
        call.ifPresent(
            again -> {
              running.remove(again.id());
              unplaced.addFirst(again);
            });
      }
      placed = place();
    } finally {
      lock.unlock();
    }
    placed.ifPresent(this::give);
    call.ifPresent(this::endIfClosed);
    cut.ifPresent(
        over ->
            over.answer()
                .closed(
                    new ChannelClosedException(
                        "the runtime broke off in the middle of a streamed response")));
  }

  /** Takes the body of a response as it comes, if it is streamed and answers a call. */
  private Optional<HttpConnection.BodyTaker> stream(HttpRequest head, HttpConnection connection) {
    if (!RuntimeApiMessages.streams(head) || !head.path().startsWith(INVOCATION)) {
      return Optional.empty();
    }
    String[] parts = head.path().substring(INVOCATION.length()).split("/", -1);
    if (!head.method().equals("POST") || parts.length != 2 || !parts[1].equals("response")) {
      return Optional.empty();
    }
    RuntimeApiStream stream;
    lock.lock();
    try {
      Placed placed = running.get(parts[0]);
      if (placed == null || placed.stream().isPresent()) {
        return Optional.empty();
      }
      stream = new RuntimeApiStream(connection, placed.call().stream());
      running.put(parts[0], new Placed(placed.call(), placed.connection(), Optional.of(stream)));
    } finally {
      lock.unlock();
    }
    stream.begin(RuntimeApiMessages.contentType(head));
    return Optional.of(stream);
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
    Reaction reaction = route(request, connection);
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
    if (api != null && api.isWaiting(connection)) {
      return true;
    }
    lock.lock();
    try {
      return waiting.contains(connection);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a request leads to.
   *
   * @param reply empty for a {@code next}, which is answered when there is an event
   * @param then what is to be done after the reply has been sent
   */
  private record Reaction(Optional<RuntimeApiReply> reply, Runnable then) {
    static Reaction of(RuntimeApiReply reply) {
      return new Reaction(Optional.of(reply), () -> {});
    }

    static Reaction of(RuntimeApiReply reply, Runnable then) {
      return new Reaction(Optional.of(reply), then);
    }
  }

  private Reaction route(HttpRequest request, HttpConnection connection) {
    String path = request.path();
    if (request.method().equals("GET") && path.equals(INVOCATION + "next")) {
      return next(connection);
    }
    if (request.method().equals("POST")
        && (path.equals(PREFIX + "init/error") || path.equals(PREFIX + "restore/error"))) {
      return Reaction.of(initError(request));
    }
    if (request.method().equals("GET") && path.equals(PREFIX + "restore/next")) {
      return Reaction.of(restore());
    }
    if (request.method().equals("POST") && path.startsWith(INVOCATION)) {
      String[] parts = path.substring(INVOCATION.length()).split("/", -1);
      if (parts.length == 2 && parts[1].equals("response")) {
        return answer(parts[0], request, false, connection);
      }
      if (parts.length == 2 && parts[1].equals("error")) {
        return answer(parts[0], request, true, connection);
      }
    }
    return Reaction.of(RuntimeApiReply.error(404, "NotFound", "The Runtime API has no such path"));
  }

  /**
   * The runtime asks for an event. With one call at a time, this is when the call before is over:
   * what the runtime did since its answer belongs to that call. AWS's client for Java logs a
   * handler's error only after it has sent it.
   */
  private Reaction next(HttpConnection connection) {
    Optional<HttpConnection> before = Optional.empty();
    Optional<Answered> answered;
    Optional<Placed> placed;
    lock.lock();
    try {
      if (running.size() + late.size() >= callsAtATime) {
        return Reaction.of(
            RuntimeApiReply.error(
                403, "InvalidStateTransition", "The current invocation has not been answered"));
      }
      // A client that asks once more has given an earlier connection up.
      if (waiting.size() + running.size() + late.size() >= callsAtATime) {
        before = Optional.of(waiting.removeFirst());
      }
      waiting.addLast(connection);
      ready = true;
      readiness.signalAll();
      answered = held;
      held = Optional.empty();
      placed = place();
    } finally {
      lock.unlock();
    }
    before.ifPresent(this::forget);
    return new Reaction(
        Optional.empty(),
        () -> {
          placed.ifPresent(this::give);
          answered.ifPresent(Answered::tell);
        });
  }

  /** Gives the held answer to its caller when it is time, and says when to look again. */
  private Instant letGo(Instant now) {
    Optional<Answered> answered;
    lock.lock();
    try {
      if (held.isPresent() && now.isBefore(held.get().until())) {
        return held.get().until();
      }
      answered = held;
      held = Optional.empty();
    } finally {
      lock.unlock();
    }
    answered.ifPresent(Answered::tell);
    return Instant.MAX;
  }

  /**
   * A client that is made for SnapStart says that it is ready to be kept as a snapshot, and goes on
   * when that is restored. There are no snapshots here, so it goes on at once.
   */
  private RuntimeApiReply restore() {
    lock.lock();
    try {
      return ready || initError != null
          ? RuntimeApiReply.error(403, "InvalidStateTransition", "The runtime has been initialised")
          : RuntimeApiReply.empty();
    } finally {
      lock.unlock();
    }
  }

  private RuntimeApiReply initError(HttpRequest request) {
    lock.lock();
    try {
      if (ready) {
        return RuntimeApiReply.error(
            403, "InvalidStateTransition", "The runtime has been initialised");
      }
      initError =
          new Outcome.InitError(request.body(), request.header(RuntimeApiMessages.ERROR_TYPE));
      readiness.signalAll();
      return RuntimeApiReply.accepted();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever reads a stream has its end before the call is over. */
  private static Runnable ended(RuntimeApiStream stream, Runnable then) {
    return () -> {
      stream.end();
      then.run();
    };
  }

  private Reaction answer(
      String requestId, HttpRequest request, boolean error, HttpConnection connection) {
    RuntimeApiReply reply =
        request.oversized()
            ? RuntimeApiReply.error(
                413,
                "RequestEntityTooLarge",
                "Exceeded maximum allowed payload size (" + Limits.RESPONSE_BYTES + " bytes).")
            : RuntimeApiReply.accepted();
    lock.lock();
    try {
      Placed placed = running.get(requestId);
      if (placed != null && placed.stream().isPresent() && !placed.streamsOver(connection)) {
        return Reaction.of(
            RuntimeApiReply.error(
                403, "InvalidStateTransition", "The response is being streamed already"));
      }
      running.remove(requestId);
      if (placed == null) {
        return Reaction.of(
            late.remove(requestId)
                ? reply
                : RuntimeApiReply.error(400, "InvalidRequestID", "Invalid request ID"));
      }
      Outcome outcome = RuntimeApiMessages.outcome(request, error);
      Answered answered = new Answered(placed.call(), outcome, Instant.now().plus(NEXT_LAG));
      Runnable tell = answered::tell;
      if (callsAtATime == 1 && !closed) {
        held = Optional.of(answered);
        tell = () -> alarm.atLatest(answered.until());
      }
      if (outcome instanceof Outcome.Success && placed.stream().isPresent()) {
        return Reaction.of(reply, ended(placed.stream().get(), tell));
      }
      return Reaction.of(reply, tell);
    } finally {
      lock.unlock();
    }
  }
}
