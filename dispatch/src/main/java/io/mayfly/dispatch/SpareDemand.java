package io.mayfly.dispatch;

import java.time.Duration;

/**
 * How many spares there should be: as many as are taken while one is made, and at least a few. A
 * pure object that is told the time, in nanoseconds of a monotonic clock. For one thread at a time.
 */
final class SpareDemand {
  /** What spares of one kind may be at most: they hold memory for nobody yet. */
  static final int MOST = 32;

  /** After this long without a taker there are none. */
  static final Duration UNUSED = Duration.ofMinutes(30);

  /** The rate of takers is that of about this long. */
  private static final double WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  private static final double NEW_SHARE = 0.2;
  private static final double FIRST_REFILL_NANOS = Duration.ofMillis(100).toNanos();

  private final int least;
  private long last;
  private double recent;
  private double refillNanos = FIRST_REFILL_NANOS;

  /**
   * @param least how many there are if few are taken
   */
  SpareDemand(int least, long now) {
    this.least = least;
    this.last = now;
  }

  /** One was wanted, whether there was one or not. */
  void wanted(long now) {
    recent = recentAt(now) + 1;
    last = now;
  }

  /** Somebody may want one soon. */
  void expected(long now) {
    recent = recentAt(now);
    last = now;
  }

  /** One was made, which took this long. */
  void made(long nanos) {
    refillNanos += NEW_SHARE * (nanos - refillNanos);
  }

  /** How long ago somebody wanted one, or might have. */
  long unwantedNanos(long now) {
    return now - last;
  }

  /** How many there should be now. */
  int target(long now) {
    if (now - last > UNUSED.toNanos()) {
      return 0;
    }
    double takenMeanwhile = recentAt(now) / WINDOW_NANOS * refillNanos;
    return Math.clamp((long) Math.ceil(takenMeanwhile), least, MOST);
  }

  /** How many were wanted, each counting for less the longer it is ago. */
  private double recentAt(long now) {
    return recent * Math.exp((last - now) / WINDOW_NANOS);
  }
}
