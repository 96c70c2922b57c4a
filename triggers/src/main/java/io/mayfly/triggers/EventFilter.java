package io.mayfly.triggers;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.event.ruler.Machine;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which messages a function is called with: those that match one of the patterns of its mapping
 * ("Using event filtering with an Amazon SQS event source" in the developer guide), as
 * EventBridge's own matcher finds. Safe for use by many threads.
 */
final class EventFilter {
  private static final Logger log = LoggerFactory.getLogger(EventFilter.class);
  private static final JsonFactory JSON = new JsonFactory();
  private static final String BODY = "body";

  /** What a pattern wants a body to be; a message whose body is not so does not match. */
  private enum Body {
    JSON,
    TEXT,
    ANY
  }

  private record Pattern(Machine machine, Body body) {}

  private final List<Pattern> patterns;

  /**
   * Compiles patterns.
   *
   * @throws MayflyException if one is none
   */
  EventFilter(List<String> patterns) {
    this.patterns = patterns.stream().map(EventFilter::compile).toList();
  }

  private static Pattern compile(String text) {
    try {
      Machine machine = Machine.builder().build();
      machine.addRule("match", text);
      return new Pattern(machine, body(JsonMapper.shared().readTree(text)));
    } catch (IOException | RuntimeException e) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER, "Invalid filter pattern definition.", e);
    }
  }

  private static Body body(JsonNode pattern) {
    JsonNode body = pattern.path(BODY);
    if (!body.isMissingNode()) {
      return body.isObject() ? Body.JSON : Body.TEXT;
    }
    return pattern
        .path("$or")
        .valueStream()
        .map(EventFilter::body)
        .filter(kind -> kind != Body.ANY)
        .findFirst()
        .orElse(Body.ANY);
  }

  /** Whether every message matches, because there is no pattern. */
  boolean passesAll() {
    return patterns.isEmpty();
  }

  boolean matches(SqsEvent.Writer writer, Delivery message) {
    boolean json = isJson(message.body());
    return patterns.stream().anyMatch(pattern -> matches(pattern, writer, message, json));
  }

  private static boolean matches(
      Pattern pattern, SqsEvent.Writer writer, Delivery message, boolean json) {
    if (pattern.body() == (json ? Body.TEXT : Body.JSON)) {
      return false;
    }
    JsonBytes record = new JsonBytes();
    writer.record(record, message, pattern.body() == Body.JSON);
    try {
      return !pattern
          .machine()
          .rulesForJSONEvent(new String(record.toBytes(), StandardCharsets.UTF_8))
          .isEmpty();
    } catch (Exception e) {
      // The matcher declares that it may throw anything; what it cannot read matches nothing.
      log.debug("message {} could not be matched: {}", message.id(), e.toString());
      return false;
    }
  }

  /** Whether a body is a JSON object or array; a bare word or number is text to who wrote it. */
  private static boolean isJson(byte[] body) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT && first != JsonToken.START_ARRAY) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }
}
