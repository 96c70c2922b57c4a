package io.mayfly.events;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of events, patterns and templates, none deeper than the matcher goes. */
final class Json {
  /** How deep the matcher's own parser reads an event. */
  static final int DEEPEST = 1000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  /** Reads a text piece by piece. */
  static JsonParser parser(String text) {
    return FACTORY.createParser(ObjectReadContext.empty(), text);
  }

  /** The value that a text is; it must be one. */
  static JsonNode read(String text) {
    return MAPPER.readTree(text);
  }

  /** What is wrong with a text that is to be JSON; empty if it is. */
  static Optional<String> fault(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      return node.isMissingNode() ? Optional.of("it is empty") : Optional.empty();
    } catch (JacksonException e) {
      return Optional.of(reason(e));
    }
  }

  /** What a parser says, without where it read. */
  static String reason(JacksonException e) {
    String said = e.getOriginalMessage();
    return said == null ? "it is no JSON" : said;
  }

  /** Whether a text is a JSON object and nothing else, no deeper than {@code depth}. */
  static boolean isObject(String text) {
    try (JsonParser parser = parser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      // The event is an object of its own around it.
      int depth = 1;
      while (depth > 0) {
        switch (parser.nextToken()) {
          case START_OBJECT, START_ARRAY -> depth++;
          case END_OBJECT, END_ARRAY -> depth--;
          case null -> {
            return false;
          }
          // Numbers are looked at when somebody wants them, and may be none.
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
            var _ = parser.getNumberType();
          }
          default -> {}
        }
        if (depth >= DEEPEST) {
          return false;
        }
      }
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }
}
