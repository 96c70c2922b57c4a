package io.mayfly.triggers;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
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
 * Which records a function is called with: those that match one of the patterns of its mapping
 * ("Control which events Lambda sends to your function" in the developer guide), as EventBridge's
 * own matcher finds. Safe for use by many threads.
 */
public final class EventFilter {
  private static final Logger log = LoggerFactory.getLogger(EventFilter.class);
  private static final JsonFactory JSON = new JsonFactory();

  /** What a pattern wants data to be; a record whose data are not so does not match. */
  private enum Data {
    JSON,
    TEXT,
    ANY
  }

  private record Pattern(Machine machine, Data data) {}

  /** Writes a record as patterns see it. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes it as one JSON object.
     *
     * @param parsed whether its data, which are JSON, stand there as such and not as a string
     */
    void record(JsonBytes json, boolean parsed);
  }

  private final List<Pattern> patterns;

  /**
   * Compiles patterns.
   *
   * @param member which member of a record has its data, such as {@code body}
   * @throws MayflyException if one is none
   */
  public EventFilter(String member, List<String> patterns) {
    this.patterns = patterns.stream().map(text -> compile(member, text)).toList();
  }

  private static Pattern compile(String member, String text) {
    try {
      Machine machine = Machine.builder().build();
      machine.addRule("match", text);
      return new Pattern(machine, data(member, JsonMapper.shared().readTree(text)));
    } catch (IOException | RuntimeException e) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER, "Invalid filter pattern definition.", e);
    }
  }

  private static Data data(String member, JsonNode pattern) {
    JsonNode data = pattern.path(member);
    if (!data.isMissingNode()) {
      return data.isObject() ? Data.JSON : Data.TEXT;
    }
    return pattern
        .path("$or")
        .valueStream()
        .map(each -> data(member, each))
        .filter(kind -> kind != Data.ANY)
        .findFirst()
        .orElse(Data.ANY);
  }

  /** Whether every record matches, because there is no pattern. */
  public boolean passesAll() {
    return patterns.isEmpty();
  }

  /** Whether a record matches that has these data. */
  public boolean matches(byte[] data, Writer record) {
    boolean json = isJson(data);
    return patterns.stream().anyMatch(pattern -> matches(pattern, record, json));
  }

  private static boolean matches(Pattern pattern, Writer record, boolean json) {
    if (pattern.data() == (json ? Data.TEXT : Data.JSON)) {
      return false;
    }
    JsonBytes written = new JsonBytes();
    record.record(written, pattern.data() == Data.JSON);
    try {
      return !pattern
          .machine()
          .rulesForJSONEvent(new String(written.toBytes(), StandardCharsets.UTF_8))
          .isEmpty();
    } catch (Exception e) {
      // The matcher declares that it may throw anything; what it cannot read matches nothing.
      log.debug("a record could not be matched: {}", e.toString());
      return false;
    }
  }

  /** Whether data are a JSON object or array; a bare word or number is text to who wrote it. */
  private static boolean isJson(byte[] data) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), data)) {
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
