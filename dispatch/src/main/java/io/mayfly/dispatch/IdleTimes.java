package io.mayfly.dispatch;

/**
 * How long instances of one function stood idle before they were wanted again: a histogram over the
 * bins of an {@link IdleScale} ("Serverless in the Wild", Shahrad et al., ATC'20, section 4.2).
 * Beyond a thousand times it forgets by halves, so that it follows a function whose habits change.
 * For one thread at a time; some 170 bytes.
 */
final class IdleTimes {
  /** Times are counted in fractions, so that halves of single ones last for a while. */
  private static final int ONE = 16;

  private static final int MOST = 1024 * ONE;

  private final short[] counts = new short[IdleScale.BINS];
  private int total;

  /** An instance was wanted after a time of this bin. */
  void add(int bin) {
    counts[bin] = (short) (counts[bin] + ONE);
    total += ONE;
    if (total > MOST) {
      total = 0;
      for (int each = 0; each < counts.length; each++) {
        counts[each] = (short) (counts[each] / 2);
        total += counts[each];
      }
    }
  }

  /** How many of the times that are remembered fell into a bin. */
  double in(int bin) {
    return (double) counts[bin] / ONE;
  }

  /** How many times are remembered. */
  int size() {
    return total / ONE;
  }

  IdleTimes copy() {
    IdleTimes copy = new IdleTimes();
    System.arraycopy(counts, 0, copy.counts, 0, counts.length);
    copy.total = total;
    return copy;
  }
}
