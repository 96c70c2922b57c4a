package io.mayfly.model;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * One version of a function: {@code $LATEST}, which changes, or a number, which is published once
 * and never changes ("Manage Lambda function versions" in the developer guide).
 *
 * <p>Sorted by function, {@code $LATEST} first and then in the order in which they were published.
 *
 * @param version {@link #LATEST} or a decimal number from 1
 */
public record FunctionVersion(FunctionName function, String version)
    implements Comparable<FunctionVersion> {
  /** The version that changes with every update. */
  public static final String LATEST = "$LATEST";

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");

  private static final Comparator<FunctionVersion> ORDER =
      Comparator.comparing(FunctionVersion::function)
          .thenComparingLong(id -> id.latest() ? 0 : id.number());

  public FunctionVersion {
    if (!version.equals(LATEST) && !NUMBER.matcher(version).matches()) {
      throw new IllegalArgumentException("not a version: " + version);
    }
  }

  public static FunctionVersion latest(FunctionName function) {
    return new FunctionVersion(function, LATEST);
  }

  public static FunctionVersion of(FunctionName function, long number) {
    return new FunctionVersion(function, Long.toString(number));
  }

  /** Whether a qualifier means a version, and not an alias. */
  public static boolean isVersion(String qualifier) {
    return qualifier.equals(LATEST) || NUMBER.matcher(qualifier).matches();
  }

  public boolean latest() {
    return version.equals(LATEST);
  }

  /**
   * The number of a published version.
   *
   * @throws NumberFormatException for {@code $LATEST}
   */
  public long number() {
    return Long.parseLong(version);
  }

  @Override
  public int compareTo(FunctionVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return function + ":" + version;
  }
}
