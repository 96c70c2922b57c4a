package io.mayfly.sns;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Keeps deliveries apart so that there are no more than so many in a second. For one thread. */
final class Pace {
  private static final long SECOND = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private long next;
  private boolean begun;

  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * How long the next delivery has to wait, which counts as made then.
   *
   * @param perSecond how many there may be
   */
  Duration turn(int perSecond) {
    long now = nanoTime.getAsLong();
    if (!begun || next - now < 0) {
      begun = true;
      next = now;
    }
    long wait = next - now;
    next += SECOND / perSecond;
    return Duration.ofNanos(wait);
  }
}
