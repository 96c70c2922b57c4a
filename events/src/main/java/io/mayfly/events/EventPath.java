package io.mayfly.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Where in an event something is ("Amazon EventBridge input transformation" in the user guide): the
 * part of JSON path that EventBridge knows, which is names after dots, places in arrays, and {@code
 * *} for all of an array or object. Immutable.
 */
final class EventPath {
  private static final String ALL = "*";

  /**
   * One step into the event.
   *
   * @param name of a member; {@link #ALL} for all there are
   * @param place in an array, or -1 for a member
   */
  private record Step(String name, int place) {}

  private final List<Step> steps;
  private final boolean several;

  private EventPath(List<Step> steps) {
    this.steps = List.copyOf(steps);
    this.several = steps.stream().anyMatch(step -> step.name().equals(ALL));
  }

  /** Reads a path; empty if the text is none. */
  static Optional<EventPath> parse(String text) {
    if (!text.startsWith("$")) {
      return Optional.empty();
    }
    List<Step> steps = new ArrayList<>();
    int at = 1;
    while (at < text.length()) {
      int end;
      if (text.charAt(at) == '.') {
        end = end(text, at + 1);
        String name = text.substring(at + 1, end);
        if (name.isEmpty()) {
          return Optional.empty();
        }
        steps.add(new Step(name, -1));
      } else if (text.charAt(at) == '[') {
        int close = text.indexOf(']', at);
        Optional<Step> step = close < 0 ? Optional.empty() : bracket(text.substring(at + 1, close));
        if (step.isEmpty()) {
          return Optional.empty();
        }
        steps.add(step.get());
        end = close + 1;
      } else {
        return Optional.empty();
      }
      at = end;
    }
    return Optional.of(new EventPath(steps));
  }

  private static int end(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
      at++;
    }
    return at;
  }

  private static Optional<Step> bracket(String inside) {
    if (inside.equals(ALL)) {
      return Optional.of(new Step(ALL, -1));
    }
    if (inside.length() > 2
        && inside.charAt(0) == inside.charAt(inside.length() - 1)
        && (inside.charAt(0) == '\'' || inside.charAt(0) == '"')) {
      return Optional.of(new Step(inside.substring(1, inside.length() - 1), -1));
    }
    try {
      int place = Integer.parseInt(inside);
      return place < 0 ? Optional.empty() : Optional.of(new Step("", place));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** What is there; empty if nothing is. With {@code *} it is an array of all. */
  Optional<JsonNode> of(JsonNode event) {
    List<JsonNode> here = List.of(event);
    for (Step step : steps) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : here) {
        if (step.place() >= 0) {
          add(next, node.path(step.place()));
        } else if (step.name().equals(ALL)) {
          node.forEach(next::add);
        } else {
          add(next, node.path(step.name()));
        }
      }
      here = next;
    }
    if (!several) {
      return here.stream().findFirst();
    }
    ArrayNode all = Json.MAPPER.createArrayNode();
    here.forEach(all::add);
    return Optional.of(all);
  }

  private static void add(List<JsonNode> found, JsonNode node) {
    if (!node.isMissingNode()) {
      found.add(node);
    }
  }
}
