package io.mayfly.sandbox;

import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.sandbox.RuntimeChannel.ChannelClosedException;
import java.io.IOException;
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
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one runtime that speaks the Runtime API, and whether it is ready for any. Whoever
 * makes a call writes the event into the connection whose {@code next} has waited longest; if none
 * waits, the call does.
 *
 * <p>Any thread may call. All state is under {@link #lock}; nothing is written to a socket and
 * nobody is told anything under it.
 */
final class RuntimeApiCalls {
  // A runtime that works on after its answer must not keep the caller waiting for long.
  private static final Duration NEXT_LAG = Duration.ofMillis(100);

  private final DeadlineAlarm alarm;
  private final Consumer<HttpConnection> broken;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readiness = lock.newCondition();
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
  private int atATime;
  private boolean ready;
  private boolean closed;

  /**
   * A call that somebody has made.
   *
   * @param id its request id
   * @param event what the runtime is to be sent
   */
  record Call(
      String id,
      byte[] event,
      Instant deadline,
      ResponseSink stream,
      RuntimeChannel.Answer answer) {}

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
   * @param atATime how many events the runtime may have at the same time
   * @param broken hears of a connection that an event cannot be written to, and is to {@link
   *     #forget} it
   */
  RuntimeApiCalls(ScheduledExecutorService timer, int atATime, Consumer<HttpConnection> broken) {
    this.alarm = new DeadlineAlarm(timer, this::letGo);
    this.atATime = atATime;
    this.broken = broken;
  }

  /** How many events the runtime may have at the same time. */
  int atATime() {
    lock.lock();
    try {
      return atATime;
    } finally {
      lock.unlock();
    }
  }

  void atATime(int calls) {
    lock.lock();
    try {
      atATime = calls;
    } finally {
      lock.unlock();
    }
  }

  /** See {@link RuntimeChannel#awaitReady}. */
  Optional<Outcome> awaitReady() throws ChannelClosedException {
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

  /** Gives the runtime a call, now or when it asks for one. */
  void make(Call call) {
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
      broken.accept(placed.connection());
    }
  }

  /** See {@link RuntimeChannel#expire}. */
  Instant expire(Instant now) {
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

  /** Ends the wait for the runtime; no call is given to it from now on. */
  void close() {
    lock.lock();
    try {
      closed = true;
      readiness.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the calls that there are. To be called once {@link #close} has been. */
  void end() {
    List<Call> calls;
    Optional<Answered> answered;
    lock.lock();
    try {
      calls = new ArrayList<>(unplaced);
      running.values().forEach(placed -> calls.add(placed.call()));
      answered = held;
      held = Optional.empty();
    } finally {
      lock.unlock();
    }
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

  /**
   * Lets go of a connection that has been closed. A call whose event has not been wholly sent over
   * it is placed anew: the client went away between asking and being given the event, and will ask
   * again. One whose response was coming over it has no more to expect.
   *
   * @param unsent whether something of what was to be sent over it has not been
   */
  void forget(HttpConnection connection, boolean unsent) {
    Optional<Call> call = Optional.empty();
    Optional<Call> cut;
    Optional<Placed> placed;
    lock.lock();
    try {
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

  /** Whether a {@code next} waits for its event over a connection. */
  boolean isWaiting(HttpConnection connection) {
    lock.lock();
    try {
      return waiting.contains(connection);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the response to a call as it comes over a connection.
   *
   * @return empty if the runtime has no such call, or its response is coming already
   */
  Optional<RuntimeApiStream> stream(String requestId, HttpConnection connection) {
    lock.lock();
    try {
      Placed placed = running.get(requestId);
      if (placed == null || placed.stream().isPresent()) {
        return Optional.empty();
      }
      RuntimeApiStream stream = new RuntimeApiStream(connection, placed.call().stream());
      running.put(requestId, new Placed(placed.call(), placed.connection(), Optional.of(stream)));
      return Optional.of(stream);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The runtime asks for an event. With one call at a time, this is when the call before is over:
   * what the runtime did since its answer belongs to that call. AWS's client for Java logs a
   * handler's error only after it has sent it.
   */
  RuntimeApiReaction next(HttpConnection connection) {
    Optional<HttpConnection> before = Optional.empty();
    Optional<Answered> answered;
    Optional<Placed> placed;
    lock.lock();
    try {
      if (running.size() + late.size() >= atATime) {
        return RuntimeApiReaction.outOfPlace("The current invocation has not been answered");
      }
      // A client that asks once more has given an earlier connection up.
      if (waiting.size() + running.size() + late.size() >= atATime) {
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
    before.ifPresent(broken);
    return new RuntimeApiReaction(
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
  RuntimeApiReply restore() {
    lock.lock();
    try {
      return ready || initError != null
          ? RuntimeApiReply.outOfPlace("The runtime has been initialised")
          : RuntimeApiReply.empty();
    } finally {
      lock.unlock();
    }
  }

  /** The runtime says that it will never be ready. */
  RuntimeApiReply fail(Outcome.InitError error) {
    lock.lock();
    try {
      if (ready) {
        return RuntimeApiReply.outOfPlace("The runtime has been initialised");
      }
      initError = error;
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

  /**
   * The runtime answers a call.
   *
   * @param taken what the runtime is told if it had that call
   */
  RuntimeApiReaction answer(
      String requestId, Outcome outcome, RuntimeApiReply taken, HttpConnection connection) {
    lock.lock();
    try {
      Placed placed = running.get(requestId);
      if (placed != null && placed.stream().isPresent() && !placed.streamsOver(connection)) {
        return RuntimeApiReaction.outOfPlace("The response is being streamed already");
      }
      running.remove(requestId);
      if (placed == null) {
        return RuntimeApiReaction.of(
            late.remove(requestId)
                ? taken
                : RuntimeApiReply.error(400, "InvalidRequestID", "Invalid request ID"));
      }
      Answered answered = new Answered(placed.call(), outcome, Instant.now().plus(NEXT_LAG));
      Runnable tell = answered::tell;
      if (atATime == 1 && !closed) {
        held = Optional.of(answered);
        tell = () -> alarm.atLatest(answered.until());
      }
      if (outcome instanceof Outcome.Success && placed.stream().isPresent()) {
        return RuntimeApiReaction.of(taken, ended(placed.stream().get(), tell));
      }
      return RuntimeApiReaction.of(taken, tell);
    } finally {
      lock.unlock();
    }
  }
}
