package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import java.time.Duration;

/**
 * How long idle instances stay warm, and when one is started ahead of the call that will want it. A
 * pure object: it knows no clock and no function, only what the idle times of a function have been.
 *
 * <p>The hybrid histogram of "Serverless in the Wild" (Shahrad et al., ATC'20) with a price instead
 * of percentiles. A cold start saved is worth a certain memory-time, the same for all functions. An
 * idle time is cut into the bins of an {@link IdleScale}; in each of them an instance is kept if
 * the cold starts that this is expected to save are worth more than the memory it takes meanwhile.
 * That gives one window that begins when the instance becomes idle, and where calls come at about
 * the same time later, further windows that begin with a start ahead of time. What is expected in a
 * bin is how many of the idle times that got that far ended in it; where there are few or none,
 * calls are taken to become the rarer the longer there was none (a rate of {@code PRIOR_SHAPE ÷
 * time}). The price is such that this alone keeps an instance for the time given.
 *
 * <p>Immutable.
 */
public final class KeepAlive {
  /** The rate of calls that nothing is known of, times the time that has passed since the last. */
  private static final double PRIOR_SHAPE = 0.6;

  /** How many idle times that guess is worth in each bin. */
  private static final double PRIOR_WEIGHT = 0.05;

  /**
   * What a start ahead of time costs, in cold starts: it takes processor time, nobody's patience.
   */
  private static final double PREWARM_COST = 0.1;

  /** The memory of an instance that is kept for exactly as long as the price is set for. */
  private static final double ORDINARY_BYTES = 128L << 20;

  private static final int BINS = IdleScale.BINS;
  private static final IdleTimes NOTHING_KNOWN = new IdleTimes();

  private final boolean learning;
  private final IdleScale scale;

  /** Cold starts per nanosecond of an ordinary instance's memory. */
  private final double price;

  /** The bins in which to keep an instance of a function that nothing is known of. */
  private final long unknown;

  private KeepAlive(Duration window, boolean learning) {
    boolean none = window.isZero();
    this.learning = learning && !none;
    this.scale = new IdleScale(none ? Duration.ofSeconds(1) : window);
    this.price = none ? Double.POSITIVE_INFINITY : PRIOR_SHAPE / window.toNanos();
    this.unknown = none ? 0 : below(scale.bin(window.toNanos()));
  }

  /**
   * Learns from each function's own idle times.
   *
   * @param window how long an instance is kept whose function is not known yet; the longer, the
   *     more memory a cold start is worth. Zero keeps none.
   */
  public static KeepAlive learning(Duration window) {
    return new KeepAlive(window, true);
  }

  /** The same time for every function, whatever its calls do. */
  public static KeepAlive fixed(Duration window) {
    return new KeepAlive(window, false);
  }

  private static long below(int bin) {
    return bin == 0 ? 0 : -1L >>> (Long.SIZE - bin);
  }

  IdleScale scale() {
    return scale;
  }

  boolean learns() {
    return learning;
  }

  /** The bins in which to keep an instance of a function none of whose idle times is known. */
  long unknown() {
    return unknown;
  }

  /** Whether it costs less to keep an instance for so many nanoseconds than to start it again. */
  boolean cheaperToKeep(long nanos, DataSize memory) {
    return nanos * priceOf(memory) <= PREWARM_COST;
  }

  /** The bins, as bits, in which to keep an instance of so much memory. */
  long plan(IdleTimes known, DataSize memory) {
    if (!learning) {
      return unknown;
    }
    double[] rates = rates(known);
    double memoryPrice = priceOf(memory);
    double[] reached = new double[BINS];
    double[] gain = new double[BINS];
    double left = 1;
    for (int bin = 0; bin < BINS - 1; bin++) {
      double wanted = -Math.expm1(-rates[bin] * scale.width(bin));
      reached[bin] = left;
      gain[bin] = left * wanted * (1 - memoryPrice / rates[bin]);
      left *= 1 - wanted;
    }
    return windows(reached, gain);
  }

  /**
   * The bins in which an instance is there that gain the most. From the end to the beginning: what
   * the rest is worth if an instance is there before a bin, and if none is. Of equals the smaller
   * set is taken.
   */
  private static long windows(double[] reached, double[] gain) {
    double there = 0;
    double gone = 0;
    long keep = 0;
    long prewarm = 0;
    for (int bin = BINS - 2; bin >= 0; bin--) {
      double withInstance = gain[bin] + there;
      double afterPrewarm = withInstance - PREWARM_COST * reached[bin];
      keep |= withInstance > gone ? 1L << bin : 0;
      prewarm |= afterPrewarm > gone ? 1L << bin : 0;
      there = Math.max(withInstance, gone);
      gone = Math.max(afterPrewarm, gone);
    }
    // In the first second nothing is decided: it is not even remembered how often it was enough.
    long plan = 1;
    boolean present = true;
    for (int bin = 1; bin < BINS - 1; bin++) {
      present = ((present ? keep : prewarm) >>> bin & 1) == 1;
      plan |= present ? 1L << bin : 0;
    }
    return plan;
  }

  /**
   * What an idle instance is worth: the cold starts it is expected to save per byte and second,
   * over the time ahead for which that is most (its Gittins index).
   *
   * @param idle nanoseconds it has been idle
   */
  double worth(IdleTimes known, long idle, DataSize memory) {
    double[] rates = rates(learning ? known : NOTHING_KNOWN);
    int first = scale.bin(idle);
    double left = 1;
    double saved = 0;
    double nanos = 0;
    double best = 0;
    for (int bin = first; bin < BINS - 1; bin++) {
      long width = bin == first ? scale.start(bin + 1) - idle : scale.width(bin);
      double wanted = -Math.expm1(-rates[bin] * width);
      saved += left * wanted;
      nanos += left * wanted / rates[bin];
      left *= 1 - wanted;
      best = Math.max(best, saved / nanos);
    }
    return best * 1e9 / Math.max(1, memory.bytes());
  }

  /** How often an instance that has been idle for so long is wanted, per nanosecond, bin by bin. */
  private double[] rates(IdleTimes known) {
    double[] rates = new double[BINS - 1];
    double longer = known.in(BINS - 1);
    for (int bin = BINS - 2; bin >= 0; bin--) {
      double here = known.in(bin);
      // Idle times that end in a bin are taken to end in its middle.
      double watched = (longer + here / 2) * scale.width(bin);
      double middle = scale.start(bin) + scale.width(bin) / 2.0;
      rates[bin] = (here + PRIOR_WEIGHT) / (watched + PRIOR_WEIGHT * middle / PRIOR_SHAPE);
      longer += here;
    }
    return rates;
  }

  private double priceOf(DataSize memory) {
    return price * memory.bytes() / ORDINARY_BYTES;
  }
}
