package io.mayfly.model;

import java.util.regex.Pattern;

/** A function's own name: 1 to 64 letters, digits, hyphens and underscores. */
public record FunctionName(String value) implements Comparable<FunctionName> {
  private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9-_]{1,64}");

  public FunctionName {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException("not a function name: " + value);
    }
  }

  @Override
  public int compareTo(FunctionName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
