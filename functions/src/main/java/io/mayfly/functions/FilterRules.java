package io.mayfly.functions;

import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a pattern looks like by which events are filtered: "Filter rule syntax" of event source
 * mappings in the developer guide.
 */
final class FilterRules {
  private static final Set<String> COMPARISONS =
      Set.of(
          "prefix",
          "suffix",
          "anything-but",
          "numeric",
          "exists",
          "equals-ignore-case",
          "cidr",
          "wildcard");
  private static final String OR = "$or";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private FilterRules() {}

  static boolean isPattern(String text) {
    try {
      return hasRules(JSON.readTree(text));
    } catch (JacksonException e) {
      return false;
    }
  }

  private static boolean hasRules(JsonNode node) {
    return node.isObject()
        && !node.isEmpty()
        && node.properties().stream().allMatch(FilterRules::isRule);
  }

  private static boolean isRule(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    if (!value.isArray()) {
      return hasRules(value);
    }
    if (value.isEmpty()) {
      return false;
    }
    return field.getKey().equals(OR)
        ? value.size() > 1 && value.valueStream().allMatch(FilterRules::hasRules)
        : value.valueStream().allMatch(FilterRules::isChoice);
  }

  private static boolean isChoice(JsonNode choice) {
    return choice.isObject()
        ? choice.size() == 1 && COMPARISONS.containsAll(choice.propertyNames())
        : !choice.isArray();
  }
}
