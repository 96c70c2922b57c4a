package io.mayfly.events;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * What it would take at most to match an event. The matcher tries every combination of the values
 * that an event has for the fields of a pattern: three fields that are arrays of a thousand values
 * each are a billion, so that an event of some kilobytes could keep a processor for hours. Fields
 * of the elements of one array are tried in pairs only, because they must be of one element.
 *
 * <p>Knows the fields of all patterns of a bus. Many threads may ask at once, but nobody while it
 * is changed.
 */
final class MatchCost {
  /** The most combinations, which take about a second. */
  static final long MOST = 1_000_000;

  private static final String OR = "$or";
  private static final String DOT = ".";

  /** No pattern is longer. */
  private static final int LONGEST_FIELD = 4096;

  /** One way to fulfil a pattern: the fields that it looks at, by their paths. */
  private record Alternative(Matched place, List<String> fields) {}

  private final Map<String, List<Alternative>> byField = new HashMap<>();

  /**
   * How many values a field has.
   *
   * @param array the path of the innermost array that they are in
   */
  private record Several(String array, long values) {
    Several plus(Several other) {
      return new Several(array, values + other.values);
    }
  }

  void add(Matched place, String pattern) {
    for (List<String> fields : alternatives(Json.read(pattern), "")) {
      Alternative alternative = new Alternative(place, fields);
      for (String field : fields) {
        byField.computeIfAbsent(field, _ -> new ArrayList<>()).add(alternative);
      }
    }
  }

  void remove(Matched place, String pattern) {
    for (List<String> fields : alternatives(Json.read(pattern), "")) {
      for (String field : fields) {
        byField.computeIfPresent(
            field,
            (_, known) -> {
              known.removeIf(each -> each.place().equals(place));
              return known.isEmpty() ? null : known;
            });
      }
    }
  }

  /** The fields of each way to fulfil a pattern, which are few: more have been refused. */
  private static List<List<String>> alternatives(JsonNode pattern, String path) {
    List<List<String>> ways = List.of(List.of());
    for (Map.Entry<String, JsonNode> member : pattern.properties()) {
      String field = path.isEmpty() ? member.getKey() : path + DOT + member.getKey();
      List<List<String>> these = new ArrayList<>();
      if (member.getKey().equals(OR) && member.getValue().isArray()) {
        for (JsonNode alternative : member.getValue()) {
          if (alternative.isObject()) {
            these.addAll(alternatives(alternative, path));
          }
        }
      } else if (member.getValue().isObject()) {
        these.addAll(alternatives(member.getValue(), field));
      } else {
        these.add(List.of(field));
      }
      if (!these.isEmpty()) {
        ways = product(ways, these);
      }
    }
    return ways;
  }

  private static List<List<String>> product(List<List<String>> left, List<List<String>> right) {
    List<List<String>> all = new ArrayList<>();
    for (List<String> one : left) {
      for (List<String> other : right) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        all.add(both);
      }
    }
    return all;
  }

  /** Whether an event would take too much. */
  boolean isTooHigh(Event event) {
    if (!event.hasArrays()) {
      return false;
    }
    Map<String, Several> fields = count(event.json());
    Map<Alternative, List<Several>> found = new HashMap<>();
    fields.forEach(
        (field, several) -> {
          if (several.values() > 1) {
            for (Alternative each : byField.getOrDefault(field, List.of())) {
              found.computeIfAbsent(each, _ -> new ArrayList<>()).add(several);
            }
          }
        });
    long sum = 0;
    for (List<Several> each : found.values()) {
      sum += combinations(each);
      if (sum > MOST) {
        return true;
      }
    }
    return false;
  }

  private static long combinations(List<Several> fields) {
    Map<String, List<Long>> byArray = new HashMap<>();
    for (Several field : fields) {
      byArray.computeIfAbsent(field.array(), _ -> new ArrayList<>()).add(field.values());
    }
    long product = 1;
    for (List<Long> values : byArray.values()) {
      values.sort(Comparator.reverseOrder());
      for (long each : values.subList(0, Math.min(2, values.size()))) {
        product = product > MOST / each ? MOST + 1 : product * each;
      }
    }
    return product;
  }

  /**
   * How many values an event has for each field that a pattern looks at and that is in an array.
   */
  private Map<String, Several> count(String json) {
    Map<String, Several> fields = new HashMap<>();
    // Where the paths of arrays that are open end, and of objects that others are within.
    Deque<Integer> arrays = new ArrayDeque<>();
    Deque<Integer> objects = new ArrayDeque<>();
    StringBuilder path = new StringBuilder();
    int own = 0;
    try (JsonParser parser = Json.parser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case START_OBJECT -> {
            objects.push(own);
            own = path.length();
          }
          case END_OBJECT -> {
            path.setLength(own);
            own = objects.pop();
          }
          case START_ARRAY -> arrays.push(path.length());
          case END_ARRAY -> arrays.pop();
          case PROPERTY_NAME -> {
            path.setLength(own);
            path.append(own == 0 ? "" : DOT).append(parser.currentName());
          }
          default -> {
            if (!arrays.isEmpty() && path.length() <= LONGEST_FIELD) {
              String field = path.toString();
              if (byField.containsKey(field)) {
                fields.merge(
                    field, new Several(field.substring(0, arrays.element()), 1), Several::plus);
              }
            }
          }
        }
      }
    }
    return fields;
  }
}
