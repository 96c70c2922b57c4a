package io.mayfly.dispatch;

import java.time.Duration;
import java.util.Arrays;

/**
 * Bins for idle times: the first reaches to about a second, each further one to a quarter of an
 * octave beyond the one before, the last holds all that is longer (twelve hours and more). A
 * quarter of an octave is narrow enough to tell a five-minute timer from a six-minute one, and few
 * enough bins are left for a set of them to be the bits of one {@code long}.
 */
final class IdleScale {
  static final int BINS = 64;
  private static final double PER_OCTAVE = 4;
  private static final int LAST_STEP = BINS - 2;

  /** Where each bin but the last ends, in nanoseconds. */
  private final long[] ends = new long[BINS - 1];

  /**
   * @param exact falls on the end of a bin
   */
  IdleScale(Duration exact) {
    double steps = Math.ceil(PER_OCTAVE * Math.log(exact.toNanos() / 1e9) / Math.log(2));
    double step = Math.clamp(steps, 0, LAST_STEP);
    for (int bin = 0; bin < ends.length; bin++) {
      ends[bin] = Math.round(exact.toNanos() * Math.pow(2, (bin - step) / PER_OCTAVE));
    }
  }

  /** The bin of an idle time in nanoseconds. */
  int bin(long nanos) {
    if (nanos < ends[0]) {
      return 0;
    }
    int found = Arrays.binarySearch(ends, nanos);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Where a bin begins, in nanoseconds. */
  long start(int bin) {
    return bin == 0 ? 0 : ends[bin - 1];
  }

  /** How long a bin but the last is, in nanoseconds. */
  long width(int bin) {
    return ends[bin] - start(bin);
  }
}
