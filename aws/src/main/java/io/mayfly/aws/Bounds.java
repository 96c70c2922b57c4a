package io.mayfly.aws;

/**
 * The smallest and largest value, length or size that a shape allows, both inclusive; infinite
 * where the model sets no limit.
 */
public record Bounds(double min, double max) {
  /** No limit at either end. */
  public static final Bounds NONE = new Bounds(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Whether {@code value} is smaller than allowed. */
  public boolean isBelow(double value) {
    return value < min;
  }

  /** Whether {@code value} is larger than allowed. */
  public boolean isAbove(double value) {
    return value > max;
  }

  /** A limit as AWS prints it: without a fraction where it has none. */
  static String text(double limit) {
    return limit == Math.rint(limit) && Math.abs(limit) < 1e18
        ? Long.toString((long) limit)
        : Double.toString(limit);
  }
}
