package io.mayfly.mqtt;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import software.amazon.event.ruler.Machine;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a payload has to be for a rule, matched by EventBridge's own matcher ("Amazon EventBridge
 * event patterns"). Patterns without {@code $or} and {@code wildcard}, and within bounds: matching
 * them takes little time, whatever the payload. Safe for use by many threads.
 */
final class PayloadPattern {
  private static final int MOST_CHARACTERS = 2_048;
  private static final int MOST_FIELDS = 10;

  /** What the matcher may have to try of one payload, which takes some milliseconds. */
  private static final long MOST_COMBINATIONS = 10_000;

  private static final JsonFactory JSON = new JsonFactory();

  /** That a payload has so many values for a pattern's fields that it is not matched. */
  static final class TooManyException extends RuntimeException {
    TooManyException() {
      super("the payload has too many values for the fields of the pattern", null, false, false);
    }
  }

  private final Machine machine;
  private final Set<String> fields = new HashSet<>();

  /**
   * Compiles a pattern.
   *
   * @throws MayflyException if it is none
   */
  PayloadPattern(String text) {
    try {
      if (text.length() > MOST_CHARACTERS) {
        throw wrong("it has more than " + MOST_CHARACTERS + " characters");
      }
      collect(JsonMapper.shared().readTree(text), "");
      machine = Machine.builder().build();
      machine.addRule("match", text);
    } catch (IOException | JacksonException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static MayflyException wrong(String why) {
    return new MayflyException(ErrorCode.VALIDATION, "the pattern is none: " + why);
  }

  private void collect(JsonNode node, String path) {
    if (!node.isObject()) {
      throw wrong("it is no JSON object");
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (member.getKey().equals("$or")) {
        throw wrong("$or is not possible here; make two rules");
      }
      String field = path + "." + member.getKey();
      if (member.getValue().isObject()) {
        collect(member.getValue(), field);
        continue;
      }
      if (member.getValue().findValue("wildcard") != null) {
        throw wrong("wildcards are not possible here");
      }
      if (fields.size() == MOST_FIELDS) {
        throw wrong("it has more than " + MOST_FIELDS + " fields");
      }
      fields.add(field);
    }
  }

  /**
   * Whether a payload matches, which only a JSON object can.
   *
   * @param json valid JSON
   * @throws TooManyException if finding out would take long
   */
  boolean matches(String json) {
    if (!json.stripLeading().startsWith("{")) {
      return false;
    }
    if (combinations(json) > MOST_COMBINATIONS) {
      throw new TooManyException();
    }
    try {
      return !machine.rulesForJSONEvent(json).isEmpty();
    } catch (Exception e) {
      // The matcher declares that it may throw anything; what it cannot read matches nothing.
      return false;
    }
  }

  /**
   * The matcher tries every value of a field, of which arrays make many, with all of the others.
   */
  private long combinations(String json) {
    Map<String, Integer> values = new HashMap<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      Deque<String> path = new ArrayDeque<>();
      String name = "";
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case START_OBJECT, START_ARRAY -> path.push(name);
          case END_OBJECT, END_ARRAY -> name = path.pop();
          // Elements of arrays have the name of the array.
          case PROPERTY_NAME -> name = path.getFirst() + "." + parser.currentName();
          default -> values.merge(name, 1, Integer::sum);
        }
      }
    }
    double product = 1;
    for (String field : fields) {
      product *= Math.max(1, values.getOrDefault(field, 0));
    }
    return (long) Math.min(product, Long.MAX_VALUE);
  }
}
