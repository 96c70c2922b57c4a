package io.mayfly.triggers;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things that wait for a moment each, and one platform thread that hands over those whose moment
 * has come; until then it sleeps. The clock may be another than the machine's, which is looked at
 * when {@link #tick} is called as well. Safe for use by many threads.
 */
final class AlarmQueue<T extends AlarmQueue.Timed> implements AutoCloseable {
  /** The longest sleep: the machine's clock may be set meanwhile. */
  private static final Duration MAX_SLEEP = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(AlarmQueue.class);

  /** Something that waits. */
  abstract static class Timed {
    /** Guarded by the queue's lock while it waits. */
    private Instant due = Instant.MAX;

    private long number;
  }

  private final InstantSource clock;
  private final Consumer<List<T>> handler;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlier = lock.newCondition();
  private final TreeSet<T> waiting =
      new TreeSet<>(
          Comparator.comparing((T each) -> ((Timed) each).due)
              .thenComparingLong(each -> ((Timed) each).number));
  private final Thread thread;
  private long added;
  private boolean closed;

  /**
   * Starts the thread.
   *
   * @param handler is given what is due, the earliest first, and must not block
   */
  AlarmQueue(String name, InstantSource clock, Consumer<List<T>> handler) {
    this.clock = clock;
    this.handler = handler;
    this.thread = Thread.ofPlatform().name(name).daemon(true).start(this::loop);
  }

  /** Has something wait that does not yet. */
  void add(T thing, Instant due) {
    lock.lock();
    try {
      Timed timed = thing;
      timed.due = due;
      timed.number = added++;
      waiting.add(thing);
      if (waiting.first().equals(thing)) {
        earlier.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets something go that may wait. */
  void remove(T thing) {
    lock.lock();
    try {
      waiting.remove(thing);
    } finally {
      lock.unlock();
    }
  }

  /** Hands over what is due by the clock. */
  void tick() {
    Instant now = clock.instant();
    List<T> due = new ArrayList<>();
    lock.lock();
    try {
      while (!waiting.isEmpty() && !((Timed) waiting.first()).due.isAfter(now)) {
        due.add(waiting.removeFirst());
      }
    } finally {
      lock.unlock();
    }
    if (!due.isEmpty()) {
      handler.accept(due);
    }
  }

  private void loop() {
    while (sleep()) {
      try {
        tick();
      } catch (RuntimeException e) {
        // Nobody else would have the others rung.
        log.error("what was due could not be handed over", e);
      }
    }
  }

  /** Waits until something may be due; whether the queue is still open. */
  private boolean sleep() {
    lock.lock();
    try {
      while (!closed) {
        Duration left = MAX_SLEEP;
        if (!waiting.isEmpty()) {
          left = Duration.between(clock.instant(), ((Timed) waiting.first()).due);
        }
        if (left.isZero() || left.isNegative()) {
          return true;
        }
        Duration sleep = left.compareTo(MAX_SLEEP) < 0 ? left : MAX_SLEEP;
        var _ = earlier.await(sleep.toNanos(), TimeUnit.NANOSECONDS);
      }
      return false;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      earlier.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
