package io.mayfly.triggers;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many batches of a mapping may run at the same time: a few at first, more while messages wait
 * for a place, half as many when the function is throttled (additive increase, multiplicative
 * decrease). Safe for use by many threads.
 */
final class BatchSlots {
  /**
   * As many as Lambda begins with ("Configuring scaling behavior for SQS event source mappings").
   */
  static final int FIRST = 5;

  /** Lambda adds 300 in a minute; this adds 600. */
  static final Duration GROWTH = Duration.ofMillis(100);

  /** How long after a throttle there are no more places than before. */
  private static final Duration CALM = Duration.ofSeconds(1);

  private final LongSupplier nanoTime;
  private final int first;
  private int limit;
  private int taken;
  private long due;
  private long throttled;

  /**
   * @param first how many there are at the beginning
   */
  BatchSlots(int first, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.first = first;
    this.limit = first;
    this.throttled = nanoTime.getAsLong() - GROWTH.toNanos();
    this.due = nanoTime.getAsLong() + GROWTH.toNanos();
  }

  /**
   * Takes a place if there is one. If there is none, there will be one more after {@link #GROWTH}.
   *
   * @param most how many there may be now
   */
  synchronized boolean take(int most) {
    long now = nanoTime.getAsLong();
    if (taken >= limit && now - due >= 0) {
      limit++;
      due = now + GROWTH.toNanos();
    }
    limit = Math.clamp(limit, 1, Math.max(most, 1));
    if (taken >= limit) {
      return false;
    }
    taken++;
    return true;
  }

  synchronized void giveBack() {
    taken--;
  }

  /** No message waits. */
  synchronized void idle() {
    limit = Math.min(limit, Math.max(first, taken));
  }

  /** The function could not be run. Batches that fail together count as one. */
  synchronized void throttled() {
    long now = nanoTime.getAsLong();
    if (now - throttled >= GROWTH.toNanos()) {
      limit = Math.max(1, limit / 2);
      throttled = now;
    }
    due = now + CALM.toNanos();
  }

  synchronized int taken() {
    return taken;
  }

  synchronized int limit() {
    return limit;
  }
}
