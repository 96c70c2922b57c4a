package io.mayfly.sns;

import io.mayfly.model.Subscription;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of one HTTP endpoint, on their way from their queue. Nobody polls: the queue says
 * when there may be some. Up to ten are on their way at a time, and one while the endpoint fails.
 * All lanes together hold a bounded number of bytes, and each may have one message beyond that, so
 * that no endpoint waits for another.
 */
final class HttpLane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpLane.class);
  private static final int MOST_AT_A_TIME = 10;
  private static final long MOST_HELD = 64L * 1024 * 1024;

  /** Somewhat longer than a request can take. */
  private static final Duration LEASE = Duration.ofSeconds(20);

  /** Brings messages to their end. */
  interface Port {
    /** The subscription as it is now; empty if it is gone. */
    Optional<Subscription> subscription();

    /** How many messages it may get in a second; empty for no bound. */
    Optional<Integer> perSecond(Subscription subscription);

    /**
     * Tells the endpoint, and has the message end or come again.
     *
     * @return whether the endpoint answers
     */
    boolean deliver(Subscription subscription, MessageQueue queue, Delivery message);
  }

  private final MessageQueue queue;
  private final Port port;
  private final Executor tasks;
  private final AtomicLong held;
  private final Pace pace;
  private final AtomicInteger signals = new AtomicInteger();
  private final ConcurrentHashMap.KeySetView<Delivery, Boolean> running =
      ConcurrentHashMap.newKeySet();
  private final AutoCloseable ready;
  private volatile boolean failing;
  private volatile boolean closed;

  /**
   * @param tasks runs what may block, and never refuses
   * @param held how many bytes all lanes together have in memory
   */
  HttpLane(MessageQueue queue, Port port, Executor tasks, AtomicLong held, Pace pace) {
    this.queue = queue;
    this.port = port;
    this.tasks = tasks;
    this.held = held;
    this.pace = pace;
    this.ready = queue.whenReady(this::signal);
  }

  MessageQueue queue() {
    return queue;
  }

  /** There may be something to do now. Does not block. */
  void signal() {
    if (!closed && signals.getAndIncrement() == 0) {
      tasks.execute(this::work);
    }
  }

  private void work() {
    int seen;
    do {
      seen = signals.get();
      try {
        while (!closed && mayTake() && takeOne()) {
          // One more is on its way.
        }
      } catch (RuntimeException e) {
        if (!closed) {
          log.error("messages of {} cannot be taken from their queue", queue.name(), e);
        }
      }
    } while (!signals.compareAndSet(seen, 0));
  }

  private boolean mayTake() {
    int most = failing ? 1 : MOST_AT_A_TIME;
    return running.isEmpty() || (running.size() < most && held.get() < MOST_HELD);
  }

  private boolean takeOne() {
    Optional<Subscription> subscription = port.subscription();
    if (subscription.isEmpty()) {
      return false;
    }
    // Before it is leased: while it waits for its turn nobody works on it.
    port.perSecond(subscription.get())
        .map(pace::turn)
        .filter(wait -> !wait.isZero())
        .ifPresent(wait -> LockSupport.parkNanos(wait.toNanos()));
    List<Delivery> taken = queue.receive(1, LEASE);
    if (taken.isEmpty()) {
      return false;
    }
    Delivery message = taken.getFirst();
    running.add(message);
    held.addAndGet(message.body().length);
    tasks.execute(() -> deliver(subscription.get(), message));
    return true;
  }

  private void deliver(Subscription subscription, Delivery message) {
    try {
      failing = !port.deliver(subscription, queue, message);
    } catch (RuntimeException e) {
      // It stays in the queue and comes again when its lease is over.
      if (!closed) {
        log.error(
            "message {} of {} could not be brought to its end", message.id(), queue.name(), e);
      }
    } finally {
      running.remove(message);
      held.addAndGet(-message.body().length);
      signal();
    }
  }

  /** Takes no more messages, and gives those that are on their way back to the queue. */
  @Override
  public void close() {
    closed = true;
    running.forEach(message -> queue.changeVisibility(message.receipt(), Duration.ZERO));
    try {
      ready.close();
    } catch (Exception e) {
      log.warn("{} may still be signalled: {}", queue.name(), e.toString());
    }
  }
}
