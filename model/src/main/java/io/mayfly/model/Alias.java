package io.mayfly.model;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * A name for one version of a function, or for two between which calls are split ("Create an alias
 * for a Lambda function" in the developer guide).
 *
 * @param version the version that serves, {@code $LATEST} included
 * @param weights the share of calls, from 0 to 1, that go to another version instead
 * @param revisionId changes with every update
 */
public record Alias(
    FunctionName function,
    String name,
    String version,
    String description,
    Map<String, Double> weights,
    String revisionId) {
  private static final Pattern VALID = Pattern.compile("(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}");

  public Alias {
    if (!VALID.matcher(name).matches()) {
      throw new IllegalArgumentException("not an alias: " + name);
    }
    weights = Map.copyOf(weights);
  }

  /**
   * The version that serves a call.
   *
   * @param chance at least 0 and below 1, evenly distributed over calls
   */
  public FunctionVersion serving(double chance) {
    double passed = 0;
    for (Map.Entry<String, Double> other : weights.entrySet()) {
      passed += other.getValue();
      if (chance < passed) {
        return new FunctionVersion(function, other.getKey());
      }
    }
    return main();
  }

  /** Whether calls may go to a version. */
  public boolean uses(String other) {
    return version.equals(other) || weights.containsKey(other);
  }

  /** The version that serves unless the weights say otherwise. */
  public FunctionVersion main() {
    return new FunctionVersion(function, version);
  }
}
