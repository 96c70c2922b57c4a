package io.mayfly.events;

import io.mayfly.aws.AwsException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What events a rule is about ("Event patterns" in the user guide), as EventBridge's own matcher
 * understands it.
 */
final class EventPattern {
  /** Each combination of what stands in several {@code $or} is a rule to the matcher. */
  private static final long MOST_COMBINATIONS = 1000;

  /** How many ways through wildcards a value may take at once. */
  private static final int MOST_COMPLEX = 100;

  private static final String OR = "$or";
  private static final String ANY_RULE = "rule";

  /** Where the matcher says it read, without what. */
  private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;]*;");

  private EventPattern() {}

  /**
   * Passes a text that is a pattern.
   *
   * @throws AwsException {@code InvalidEventPatternException} if it is none
   */
  static void check(String pattern) {
    var _ = machine(pattern);
  }

  /**
   * Whether a pattern is about an event.
   *
   * @param event JSON
   * @throws AwsException {@code InvalidEventPatternException} if it is no pattern
   */
  static boolean matches(String pattern, String event) {
    Machine machine = machine(pattern);
    try {
      return !machine.rulesForJSONEvent(event).isEmpty();
    } catch (Exception e) {
      // It declares that it may throw anything.
      throw EventsErrors.invalid("Event", String.valueOf(e.getMessage()));
    }
  }

  private static Machine machine(String pattern) {
    JsonNode tree;
    try {
      tree = Json.read(pattern);
    } catch (JacksonException e) {
      throw EventsErrors.invalidPattern(Json.reason(e));
    }
    if (!tree.isObject()) {
      throw EventsErrors.invalidPattern("Filter is not an object");
    }
    if (combinations(tree) > MOST_COMBINATIONS) {
      throw EventsErrors.invalidPattern(
          "its $or have more than %d combinations".formatted(MOST_COMBINATIONS));
    }
    Machine machine = Machine.builder().build();
    try {
      machine.addRule(ANY_RULE, pattern);
    } catch (IOException | RuntimeException e) {
      throw EventsErrors.invalidPattern(reason(e, pattern));
    }
    if (machine.evaluateComplexity(new MachineComplexityEvaluator(MOST_COMPLEX)) >= MOST_COMPLEX) {
      throw EventsErrors.invalidPattern(
          "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character");
    }
    return machine;
  }

  private static String reason(Exception e, String pattern) {
    String said = e.getMessage();
    return said == null
        ? "it cannot be read"
        : SOURCE
            .matcher(said)
            .replaceFirst(
                Matcher.quoteReplacement(
                    "[Source: (String)\"" + EventsErrors.shown(pattern) + "\";"));
  }

  /** How many rules without {@code $or} a pattern is; more than the most is enough to know. */
  private static long combinations(JsonNode pattern) {
    long product = 1;
    for (var member : pattern.properties()) {
      long these = 1;
      if (member.getKey().equals(OR) && member.getValue().isArray()) {
        these = 0;
        for (JsonNode alternative : member.getValue()) {
          these += combinations(alternative);
        }
        these = Math.max(1, these);
      } else if (member.getValue().isObject()) {
        these = combinations(member.getValue());
      }
      product *= these;
      if (product > MOST_COMBINATIONS) {
        return product;
      }
    }
    return product;
  }
}
