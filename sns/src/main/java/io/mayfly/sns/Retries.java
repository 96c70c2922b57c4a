package io.mayfly.sns;

import java.time.Duration;
import java.util.Optional;

/**
 * When a delivery that has failed is tried again ("Amazon SNS message delivery retries"): first at
 * once, then after the least delay, then after delays that grow, then after the longest.
 *
 * @param least the least delay, in seconds
 * @param longest the longest delay, in seconds
 * @param all how many retries there are, of all four phases
 * @param atOnce how many of them come without a delay
 * @param early how many come after the least delay, before delays grow
 * @param late how many come after the longest delay, when delays have grown
 */
record Retries(int least, int longest, int all, int atOnce, int early, int late, Growth growth) {
  /** How delays grow from the least to the longest. */
  enum Growth {
    LINEAR,
    ARITHMETIC,
    GEOMETRIC,
    EXPONENTIAL
  }

  private static final int LONGEST_TOTAL = 3600;

  /** SNS's own: three retries, twenty seconds apart. */
  static final Retries STANDARD = new Retries(20, 20, 3, 0, 0, 0, Growth.LINEAR);

  /**
   * How long the next attempt waits; empty if there is none.
   *
   * @param failed how many attempts have failed, at least one
   */
  Optional<Duration> after(int failed) {
    if (failed > all) {
      return Optional.empty();
    }
    int retry = failed - 1;
    if (retry < atOnce) {
      return Optional.of(Duration.ZERO);
    }
    if (retry < atOnce + early) {
      return Optional.of(Duration.ofSeconds(least));
    }
    if (retry >= all - late) {
      return Optional.of(Duration.ofSeconds(longest));
    }
    int growing = all - atOnce - early - late;
    return Optional.of(
        Duration.ofMillis(Math.round(1000 * grown(retry - atOnce - early, growing))));
  }

  /**
   * The delay of one of the growing ones, in seconds. SNS shows the four only as curves: equal
   * steps, steps that grow by the same, delays that grow by the same factor, steps that double.
   */
  private double grown(int index, int count) {
    if (count < 2) {
      return least;
    }
    double steps = count - 1.0;
    double part =
        switch (growth) {
          case LINEAR -> index / steps;
          case ARITHMETIC -> index * (index + 1.0) / (steps * count);
          case GEOMETRIC -> 0;
          case EXPONENTIAL -> (Math.pow(2, index) - 1) / (Math.pow(2, steps) - 1);
        };
    return growth == Growth.GEOMETRIC
        ? least * Math.pow((double) longest / least, index / steps)
        : least + (longest - least) * part;
  }

  /** Whether all retries come within the hour that SNS allows for them. */
  boolean withinAnHour() {
    Duration sum = Duration.ZERO;
    for (int failed = 1; failed <= all; failed++) {
      sum = sum.plus(after(failed).orElse(Duration.ZERO));
    }
    return sum.toSeconds() <= LONGEST_TOTAL;
  }
}
