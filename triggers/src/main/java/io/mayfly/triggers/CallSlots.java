package io.mayfly.triggers;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * How many calls of a function may run at the same time on behalf of what waits in a queue: a few
 * at first, and every tenth of a second in which all places are taken as many as this says:
 *
 * <pre>
 *                         processors have time   processors are busy
 *   calls that take long  twice as many          one more
 *   calls that are brief  one more               a quarter fewer
 * </pre>
 *
 * <p>Calls that take long may be waiting for something else than a processor. Brief ones need few
 * places for many events, and with more of them each would take longer, and everybody else's calls
 * too. When the function is throttled, there are half as many. Safe for use by many threads.
 */
public final class CallSlots {
  /** How often there may be more. */
  public static final Duration PERIOD = Duration.ofMillis(100);

  /** How long after a throttle there are no more places than before. */
  private static final Duration CALM = Duration.ofSeconds(1);

  private final int first;
  private final BooleanSupplier busy;
  private final LongSupplier nanoTime;
  private int limit;
  private int taken;

  /** How many places were given back since {@link #begun}. */
  private int done;

  /** When the number of places was last looked at. */
  private long begun;

  private long calmUntil;
  private long throttled;

  /**
   * @param first how many there are at the beginning
   * @param busy whether the machine's processors have no time left
   */
  public CallSlots(int first, BooleanSupplier busy, LongSupplier nanoTime) {
    this.first = first;
    this.busy = busy;
    this.nanoTime = nanoTime;
    this.limit = first;
    this.begun = nanoTime.getAsLong();
    this.calmUntil = begun;
    this.throttled = begun - PERIOD.toNanos();
  }

  /**
   * Takes places, as many as there are. Who gets none may ask again after {@link #PERIOD}.
   *
   * @param most how many there may be now
   */
  public synchronized int take(int wanted, int most) {
    if (taken >= limit && wanted > 0) {
      adapt(nanoTime.getAsLong());
    }
    limit = Math.clamp(limit, 1, Math.max(most, 1));
    int given = Math.clamp((long) limit - taken, 0, wanted);
    taken += given;
    return given;
  }

  private void adapt(long now) {
    long since = now - begun;
    if (since < PERIOD.toNanos() || now - calmUntil < 0) {
      return;
    }
    boolean brief = done >= limit && since < 2 * PERIOD.toNanos();
    if (busy.getAsBoolean()) {
      limit = brief ? Math.max(first, limit * 3 / 4) : limit + 1;
    } else {
      limit = brief ? limit + 1 : limit * 2;
    }
    begun = now;
    done = 0;
  }

  public synchronized void giveBack(int places) {
    taken -= places;
    done += places;
  }

  /** Nothing waits any more. */
  public synchronized void idle() {
    limit = Math.min(limit, Math.max(first, 2 * taken));
  }

  /** The function could not be run. Calls that fail together count as one. */
  public synchronized void throttled() {
    long now = nanoTime.getAsLong();
    if (now - throttled >= PERIOD.toNanos()) {
      limit = Math.max(1, limit / 2);
      throttled = now;
    }
    calmUntil = now + CALM.toNanos();
  }

  public synchronized int taken() {
    return taken;
  }

  synchronized int limit() {
    return limit;
  }
}
