package io.mayfly.logs;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** A JSON value. */
sealed interface Json {
  /** An object's members by their names; of equal names the last. */
  record Members(Map<String, Json> byName) implements Json {}

  /** An array's elements. */
  record Elements(List<Json> inOrder) implements Json {}

  /** A string, number, boolean or null, as it is written, without quotes. */
  record Scalar(String text, Kind kind) implements Json {
    enum Kind {
      STRING,
      NUMBER,
      TRUE,
      FALSE,
      NULL
    }

    /** Its number if it is one, and not too long. */
    Optional<BigDecimal> number() {
      return kind == Kind.NUMBER ? Comparison.number(text) : Optional.empty();
    }
  }

  /** Nested more deeply than this, a text is not taken for JSON. */
  int DEEPEST = 100;

  /** Made on first use, which may never come. */
  final class Parser {
    static final JsonFactory JSON =
        JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private Parser() {}
  }

  /** The object that a text is as a whole; empty if it is none. */
  static Optional<Json> object(String text) {
    String json = text.strip();
    if (!json.startsWith("{")) {
      return Optional.empty();
    }
    try (JsonParser parser = Parser.JSON.createParser(ObjectReadContext.empty(), json)) {
      JsonToken first = parser.nextToken();
      Json object = value(parser, first);
      return parser.nextToken() == null ? Optional.of(object) : Optional.empty();
    } catch (JacksonException none) {
      return Optional.empty();
    }
  }

  private static Json value(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Json> members = new HashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          members.put(name, value(parser, parser.nextToken()));
        }
        yield new Members(members);
      }
      case START_ARRAY -> {
        List<Json> elements = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          elements.add(value(parser, next));
        }
        yield new Elements(elements);
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          new Scalar(parser.getString(), Scalar.Kind.NUMBER);
      case VALUE_TRUE -> new Scalar("true", Scalar.Kind.TRUE);
      case VALUE_FALSE -> new Scalar("false", Scalar.Kind.FALSE);
      case VALUE_NULL -> new Scalar("null", Scalar.Kind.NULL);
      default -> new Scalar(parser.getString(), Scalar.Kind.STRING);
    };
  }
}
