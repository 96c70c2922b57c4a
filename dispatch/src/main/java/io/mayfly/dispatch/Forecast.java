package io.mayfly.dispatch;

import java.time.Duration;

/**
 * What one function's calls and starts have taken lately, and what follows from it: whether a call
 * that finds every instance busy had better wait for one of them or have another started.
 *
 * <p>A call waits when that is expected to be over sooner. So that calls do not wait one after
 * another for ever where one more instance would do away with it, waiting is also paid for: when
 * all of it since the last start adds up to what a start takes, the next call has one started (the
 * ski-rental rule, Karlin et al., "Competitive snoopy caching", 1988: never more than twice the
 * waiting of whoever knows the future).
 *
 * <p>Times in nanoseconds. Guarded by the pool's lock.
 */
final class Forecast {
  /** What a start is taken for before there has been one. */
  private static final long FIRST_GUESS = Duration.ofMillis(100).toNanos();

  /** The share of the newest figure in a moving average: the last few dozen count. */
  private static final double NEWEST = 0.1;

  private double callNanos;
  private double startNanos = FIRST_GUESS;
  private long waited;

  void callTook(long nanos) {
    callNanos = callNanos == 0 ? nanos : callNanos + NEWEST * (nanos - callNanos);
  }

  void startTook(long nanos) {
    startNanos += NEWEST * (nanos - startNanos);
  }

  /** A call has waited for an instance that another had. */
  void waited(long nanos) {
    waited += nanos;
  }

  /** How long a start takes. */
  long start() {
    return (long) startNanos;
  }

  /**
   * Whether a call had better wait.
   *
   * @param place its place in the queue among those nobody starts an instance for, from 1
   * @param busy how many calls are running, one of which must end for each place
   */
  boolean betterToWait(int place, int busy) {
    return busy > 0
        && callNanos > 0
        && waited < startNanos
        && callNanos * place / busy < startNanos;
  }

  /** An instance is being started for a call: what was waited is paid. */
  void starting() {
    waited = 0;
  }
}
