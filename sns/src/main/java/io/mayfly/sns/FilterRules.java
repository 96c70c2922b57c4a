package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What SNS refuses in filter policies beyond what its matcher does ("Filter policy constraints"):
 * more than five keys, more than 150 combinations of values, keys in keys where attributes are
 * meant, and numbers beyond a billion.
 */
final class FilterRules {
  private static final int MOST_KEYS = 5;
  private static final long MOST_COMBINATIONS = 150;
  private static final double MOST_NUMBER = 1e9;
  private static final int DEEPEST = 100;
  private static final String OR = "$or";

  private final boolean body;
  private final String refusal;

  private FilterRules(boolean body, String refusal) {
    this.body = body;
    this.refusal = refusal;
  }

  /**
   * Passes a policy within SNS's limits.
   *
   * @param body whether it is about messages' bodies
   * @param refusal what stands in front of the reason if it is not
   */
  static void check(JsonNode policy, boolean body, String refusal) {
    FilterRules rules = new FilterRules(body, refusal);
    if (policy.size() > MOST_KEYS) {
      throw rules.refused("Filter policy can not have more than 5 keys");
    }
    if (rules.combinations(policy, 1, 1) > MOST_COMBINATIONS) {
      throw rules.refused("Filter policy is too complex");
    }
  }

  private AwsException refused(String what) {
    return SnsErrors.invalid(refusal + "FilterPolicy: " + what);
  }

  /**
   * How many combinations of values there are: the product of how many each key has, times how deep
   * it lies; of alternatives the sum.
   */
  private long combinations(JsonNode node, int depth, long before) {
    if (depth > DEEPEST) {
      throw refused("Filter policy is too complex");
    }
    if (depth > 1 && !body) {
      throw SnsErrors.invalid(
          refusal + "Filter policy scope MessageAttributes does not support nested filter policy");
    }
    long product = before;
    for (Map.Entry<String, JsonNode> each : node.properties()) {
      JsonNode value = each.getValue();
      if (value.isObject()) {
        product = combinations(value, depth + 1, product);
      } else if (!value.isArray()) {
        throw refused(
            "\"%s\" must be an object or an array".formatted(SnsErrors.shown(each.getKey())));
      } else if (each.getKey().equals(OR) && isAlternatives(value)) {
        long sum = 0;
        for (JsonNode alternative : value) {
          sum = bounded(sum + combinations(alternative, depth, product));
        }
        product = sum;
      } else {
        value.forEach(this::checkValue);
        product = bounded(product * value.size() * depth);
      }
    }
    return product;
  }

  private static boolean isAlternatives(JsonNode value) {
    return value.size() > 1 && value.valueStream().allMatch(JsonNode::isObject);
  }

  /** What is too much stays so, and does not overflow. */
  private static long bounded(long count) {
    return Math.min(count, MOST_COMBINATIONS + 1);
  }

  private void checkValue(JsonNode value) {
    if (value.has("wildcard") || value.path("anything-but").has("wildcard")) {
      throw refused("Unrecognized match type wildcard");
    }
    checkNumber(value);
    value.path("numeric").forEach(this::checkNumber);
  }

  private void checkNumber(JsonNode value) {
    if (value.isNumber() && Math.abs(value.asDouble()) > MOST_NUMBER) {
      throw refused("Value must be between -1000000000 and 1000000000, inclusive");
    }
  }
}
