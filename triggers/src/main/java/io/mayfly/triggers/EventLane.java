package io.mayfly.triggers;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one function, from its queue to the end of each.
 *
 * <p>A ready event is pushed: the queue says that there may be some, and one task at a time ({@link
 * #drain}) leases as many as the function may run at once and hands them over. Nothing waits while
 * handlers work; what follows from an answer is done in a task of its own. An event is in one place
 * at any time, because it is deleted in the same transaction in which whatever follows from it is
 * written.
 */
final class EventLane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventLane.class);

  /** How many events are leased at a time: if the first is throttled, so are the others. */
  private static final int BATCH = 32;

  /** How many events run at once at first. */
  private static final int FIRST = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** With more bytes of payload in memory, no more are taken until some are done with. */
  private static final long MOST_BYTES = 64 << 20;

  /** How many events are given up at once while the function may not run at all. */
  private static final int GIVEN_UP_AT_ONCE = 64;

  /**
   * A lease outlasts the function's timeout by so much, and is renewed when half of it is left.
   * After a crash an event waits for the end of its lease.
   */
  private static final Duration SLACK = Duration.ofSeconds(20);

  private final FunctionArn function;
  private final MessageQueue queue;
  private final AsyncParts parts;
  private final Aftermath aftermath;
  private final Executor tasks;
  private final AtomicLong held;
  private final CallSlots slots;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Map<Receipt, Lease> running = new ConcurrentHashMap<>();
  private final AtomicInteger signals = new AtomicInteger();
  private final AtomicLong dropped = new AtomicLong();
  private final AutoCloseable ready;
  private volatile boolean closed;

  /**
   * An event that is being handled.
   *
   * @param end when its lease ends
   * @param length of its lease
   * @param bytes of its payload
   */
  private record Lease(Instant end, Duration length, int bytes) {
    Lease renewed(Instant now) {
      return new Lease(now.plus(length), length, bytes);
    }
  }

  /**
   * @param tasks runs what may block, and never refuses
   * @param held how many bytes of payload all lanes together have in memory
   */
  EventLane(
      FunctionArn function,
      MessageQueue queue,
      AsyncParts parts,
      Aftermath aftermath,
      Executor tasks,
      AtomicLong held) {
    this.function = function;
    this.queue = queue;
    this.parts = parts;
    this.aftermath = aftermath;
    this.tasks = tasks;
    this.held = held;
    this.slots = new CallSlots(FIRST, parts.busy(), System::nanoTime);
    this.ready = queue.whenReady(this::signal);
  }

  FunctionName function() {
    return function.name();
  }

  MessageQueue queue() {
    return queue;
  }

  /** How many events the function is being run with. */
  int running() {
    return running.size();
  }

  /** How many events have been given up since the start. */
  long dropped() {
    return dropped.get();
  }

  /** There may be something to do now. Does not block. */
  void signal() {
    if (!closed && signals.getAndIncrement() == 0) {
      task(this::work);
    }
  }

  /** Renews leases that end soon. To be called every second or so. */
  void tend() {
    if (closed) {
      return;
    }
    Instant now = parts.clock().instant();
    running.forEach(
        (receipt, lease) -> {
          if (now.plus(SLACK.dividedBy(2)).isAfter(lease.end())
              && queue.changeVisibility(receipt, lease.length())) {
            running.computeIfPresent(receipt, (_, _) -> lease.renewed(now));
          }
        });
    signal();
  }

  /**
   * Takes no more events. Those that are being handled are given back to the queue: what the end of
   * the platform does to their calls is no failure of the function, so they come again after the
   * next start, unless they succeed before.
   */
  @Override
  public void close() {
    closed = true;
    running.keySet().forEach(receipt -> queue.changeVisibility(receipt, Duration.ZERO));
    try {
      ready.close();
    } catch (Exception e) {
      log.warn("events of {} may still be told of: {}", function.name(), e.toString());
    }
  }

  private void task(Runnable work) {
    tasks.execute(
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            // Whatever it was about stays in the queue, and is leased again.
            if (!closed) {
              log.error("an event of {} could not be brought to its end", function.name(), e);
            }
          }
        });
  }

  /** Does something about an event that is being handled; if that fails, it is so no more. */
  private void task(Delivery delivery, Runnable work) {
    task(
        () -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            leave(delivery);
            throw e;
          }
        });
  }

  private void work() {
    int seen;
    do {
      seen = signals.get();
      try {
        drain();
      } catch (RuntimeException | Error e) {
        // The next look, in a second, may find things better; it comes only if this one ends.
        if (!closed) {
          log.error("events of {} cannot be taken from their queue", function.name(), e);
        }
      }
    } while (!signals.compareAndSet(seen, 0));
  }

  /** Hands over what there is and the function may run. One thread at a time. */
  private void drain() {
    boolean more = true;
    while (more && !closed) {
      Optional<FunctionConfig> config = parts.catalog().find(function.name());
      if (config.isEmpty() || config.get().lifecycle().state() == Lifecycle.State.PENDING) {
        return;
      }
      // However much others hold, each function may be run with one event.
      boolean full = held.get() > MOST_BYTES;
      if (full && !running.isEmpty()) {
        return;
      }
      int places = slots.take(full ? 1 : BATCH, most());
      if (places == 0) {
        lookSoon();
        return;
      }
      more = lease(places, config.get().timeout().plus(SLACK));
    }
  }

  /** Leases as many events as there are places taken; whether there may be more. */
  private boolean lease(int places, Duration length) {
    List<Delivery> leased = List.of();
    try {
      leased = queue.receive(places, length);
    } finally {
      slots.giveBack(places - leased.size());
    }
    boolean more = leased.size() == places;
    if (!more) {
      slots.idle();
    }
    for (Delivery delivery : leased) {
      more &= start(delivery, length);
    }
    return more;
  }

  /** There may be more places then, even if no event is done with before. */
  private void lookSoon() {
    if (looking.compareAndSet(false, true)) {
      CompletableFuture.delayedExecutor(CallSlots.PERIOD.toMillis(), TimeUnit.MILLISECONDS, tasks)
          .execute(
              () -> {
                looking.set(false);
                signal();
              });
    }
  }

  /** How many events the function may be run with at once. */
  private int most() {
    OptionalInt reserved = parts.concurrency().reserved(function.name());
    int most = reserved.orElse(parts.concurrency().unreserved());
    return most == 0 ? GIVEN_UP_AT_ONCE : most;
  }

  /** Whether the next event may be tried. */
  private boolean start(Delivery delivery, Duration lease) {
    Instant now = parts.clock().instant();
    int bytes = delivery.body().length;
    running.put(delivery.receipt(), new Lease(now.plus(lease), lease, bytes));
    held.addAndGet(bytes);
    if (closed) {
      // close() may have looked before this event was among those that run.
      queue.changeVisibility(delivery.receipt(), Duration.ZERO);
      leave(delivery);
      return false;
    }
    try {
      return start(delivery, now);
    } catch (RuntimeException | Error e) {
      leave(delivery);
      throw e;
    }
  }

  private boolean start(Delivery delivery, Instant now) {
    AsyncEvent event = AsyncEvent.of(delivery);
    AsyncRules rules =
        AsyncRules.of(
            function.name(), event.qualifier(), parts.configs(), parts.catalog(), parts.aliases());
    try {
      Optional<Ending> over = overBefore(event, rules, now);
      if (over.isPresent()) {
        task(delivery, () -> end(delivery, event, rules, over.get()));
        return true;
      }
      parts.listener().started(function.name(), Duration.between(event.accepted(), now));
      var _ =
          parts
              .calls()
              .apply(request(event))
              .whenComplete(
                  (result, failure) ->
                      task(delivery, () -> called(delivery, event, rules, result, failure)));
      return true;
    } catch (RuntimeException refusal) {
      task(delivery, () -> refused(delivery, event, rules, refusal));
      return !throttled(refusal);
    }
  }

  private static boolean throttled(RuntimeException refusal) {
    return refusal instanceof MayflyException known && known.code() == ErrorCode.THROTTLED;
  }

  /** What keeps the function from being run with an event at all. */
  private Optional<Ending> overBefore(AsyncEvent event, AsyncRules rules, Instant now) {
    OptionalInt reserved = parts.concurrency().reserved(function.name());
    if (reserved.isPresent() && reserved.getAsInt() == 0) {
      return Optional.of(
          new Ending(Condition.ZERO_RESERVED_CONCURRENCY, event.attempts(), Optional.empty()));
    }
    if (!now.isBefore(event.accepted().plus(rules.age()))) {
      return Optional.of(
          new Ending(Condition.EVENT_AGE_EXCEEDED, event.attempts(), Optional.empty()));
    }
    if (Lineage.runs(event.traceId(), function) >= Lineage.MOST_RUNS
        && !parts.loops().allowed(function.name())) {
      return Optional.of(
          new Ending(
              Condition.RETRIES_EXHAUSTED,
              event.attempts(),
              Optional.of(
                  Ending.Answer.refused(
                      400,
                      "RecursiveInvocationException",
                      "Function is being invoked recursively: it has run %d times in this chain of calls."
                          .formatted(Lineage.MOST_RUNS)))));
    }
    return Optional.empty();
  }

  private InvokeRequest request(AsyncEvent event) {
    return new InvokeRequest(
        event.requestId(),
        parts.aliases().serving(function.name(), event.qualifier()),
        new FunctionArn(function.account(), function.name(), event.qualifier()),
        event.payload(),
        Lineage.next(event.traceId(), function),
        event.clientContext(),
        event.tenant());
  }

  private void called(
      Delivery delivery,
      AsyncEvent event,
      AsyncRules rules,
      InvokeResult result,
      Throwable failure) {
    boolean succeeded = failure == null && result.failure().isEmpty();
    if (!succeeded && (closed || !queue.holds(delivery.receipt()))) {
      // It is not this call's any more: it comes, or has come, again of itself.
      leave(delivery);
      signal();
      return;
    }
    if (failure != null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      refused(
          delivery,
          event,
          rules,
          cause instanceof RuntimeException known ? known : new IllegalStateException(cause));
      return;
    }
    Ending.Answer answer = Ending.Answer.of(result);
    int invokes = event.attempts() + 1;
    if (result.failure().isEmpty()) {
      end(delivery, event, rules, new Ending(Condition.SUCCESS, invokes, Optional.of(answer)));
      return;
    }
    Duration wait = AsyncRules.retryAfter(invokes);
    if (invokes > rules.retries()) {
      end(
          delivery,
          event,
          rules,
          new Ending(Condition.RETRIES_EXHAUSTED, invokes, Optional.of(answer)));
    } else if (tooLate(event, rules, wait)) {
      end(
          delivery,
          event,
          rules,
          new Ending(Condition.EVENT_AGE_EXCEEDED, invokes, Optional.of(answer)));
    } else {
      parts.listener().retried(function.name());
      finish(delivery, List.of(new Forward(queue, event.failed().message(Optional.of(wait)))));
    }
  }

  /** The function could not be run: the event goes back for a while. */
  private void refused(
      Delivery delivery, AsyncEvent event, AsyncRules rules, RuntimeException refusal) {
    Duration pause = AsyncRules.pauseAfter(delivery.receives());
    if (tooLate(event, rules, pause)) {
      end(
          delivery,
          event,
          rules,
          new Ending(
              Condition.EVENT_AGE_EXCEEDED,
              event.attempts() + delivery.receives(),
              Optional.of(Ending.Answer.of(refusal))));
      return;
    }
    if (!(refusal instanceof MayflyException)) {
      log.error("{} could not be run with event {}", function.name(), event.requestId(), refusal);
    }
    if (throttled(refusal)) {
      slots.throttled();
    }
    parts.listener().retried(function.name());
    try {
      queue.changeVisibility(delivery.receipt(), pause);
    } finally {
      // Not a signal: whoever throttled it still does. The queue signals when the pause is over.
      leave(delivery);
    }
  }

  /** An event is being handled no more. */
  private void leave(Delivery delivery) {
    Lease lease = running.remove(delivery.receipt());
    if (lease != null) {
      held.addAndGet(-lease.bytes());
      slots.giveBack(1);
    }
  }

  private boolean tooLate(AsyncEvent event, AsyncRules rules, Duration wait) {
    return parts.clock().instant().plus(wait).isAfter(event.accepted().plus(rules.age()));
  }

  private void end(Delivery delivery, AsyncEvent event, AsyncRules rules, Ending ending) {
    if (!ending.success()) {
      dropped.incrementAndGet();
      parts
          .listener()
          .dropped(
              function.name(),
              event.requestId(),
              ending.condition().wireName(),
              InvocationRecord.reason(ending));
    }
    finish(delivery, aftermath.of(function, event, rules, ending));
  }

  /** Deletes an event and writes what follows from it. If that fails, the event comes again. */
  private void finish(Delivery delivery, List<Forward> then) {
    // Before others are taken, among which it could be if its lease has ended.
    CompletableFuture<?> deleted = queue.delete(List.of(delivery.receipt()), then);
    leave(delivery);
    signal();
    var _ =
        deleted.whenComplete(
            (_, failure) -> {
              if (failure != null && !closed) {
                log.error(
                    "event {} of {} is done and cannot be deleted; it will come again",
                    delivery.id(),
                    function.name(),
                    failure);
              }
            });
  }
}
