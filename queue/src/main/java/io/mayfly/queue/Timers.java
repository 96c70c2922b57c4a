package io.mayfly.queue;

import java.time.InstantSource;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Wakes queues when something of theirs is due; one platform thread for all of them. The clock may
 * be another than the machine's, which is looked at when {@link #tick} is called as well.
 */
final class Timers implements AutoCloseable {
  static final long NEVER = Long.MAX_VALUE;

  /** The longest sleep: the machine's clock may be set meanwhile. */
  private static final long MAX_SLEEP = 60_000;

  /** Something that has to be done now and then. */
  abstract static class Timed {
    /** When it is due, in milliseconds. Guarded by the timers' lock. */
    private long due = NEVER;

    private final long number;

    Timed(long number) {
      this.number = number;
    }

    /** Does what is due, and returns when the next is. */
    abstract long run(long now);
  }

  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlier = lock.newCondition();
  private final TreeSet<Timed> waiting =
      new TreeSet<>(
          Comparator.comparingLong((Timed timed) -> timed.due)
              .thenComparingLong(timed -> timed.number));
  private final Thread thread;
  private boolean closed;

  Timers(String name, InstantSource clock) {
    this.clock = clock;
    this.thread = Thread.ofPlatform().name(name).daemon(true).start(this::loop);
  }

  /** Has something run at a time, or before if that is what it was to do already. */
  void at(long due, Timed timed) {
    lock.lock();
    try {
      if (due >= timed.due || closed) {
        return;
      }
      waiting.remove(timed);
      timed.due = due;
      waiting.add(timed);
      if (waiting.first().equals(timed)) {
        earlier.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets something. */
  void forget(Timed timed) {
    lock.lock();
    try {
      waiting.remove(timed);
      timed.due = NEVER;
    } finally {
      lock.unlock();
    }
  }

  /** Runs what is due by the clock. */
  void tick() {
    long now = clock.millis();
    for (Timed due = due(now); due != null; due = due(now)) {
      long next = due.run(now);
      if (next < NEVER) {
        at(Math.max(next, now + 1), due);
      }
    }
  }

  private @Nullable Timed due(long now) {
    lock.lock();
    try {
      if (waiting.isEmpty() || waiting.first().due > now) {
        return null;
      }
      Timed first = waiting.removeFirst();
      first.due = NEVER;
      return first;
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (sleep()) {
      try {
        tick();
      } catch (RuntimeException | Error e) {
        // Leases and delays of all queues end by this thread: it goes on, and says what was wrong.
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
    }
  }

  /** Waits until something may be due; whether the timers are still open. */
  private boolean sleep() {
    lock.lock();
    try {
      while (!closed) {
        long left = (waiting.isEmpty() ? NEVER : waiting.first().due) - clock.millis();
        if (left <= 0) {
          return true;
        }
        // A clock that is set is looked at again after a while.
        if (earlier.awaitNanos(Math.min(left, MAX_SLEEP) * 1_000_000) <= 0) {
          return !closed;
        }
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
