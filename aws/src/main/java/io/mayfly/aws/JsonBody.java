package io.mayfly.aws;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Structures as JSON objects, read and written as a stream. What is read is hostile: nesting, names
 * and numbers are bounded, repeated members, wrong types and half surrogate pairs are refused, and
 * a member that the model does not have is never ignored. Holds no state.
 */
final class JsonBody implements BodyFormat {
  private static final int DEEPEST = 100;
  // A 50 MB zip in base64 is 67 MB of text; the listener bounds bodies far below where it matters.
  private static final int LONGEST_STRING = 100_000_000;

  /** Made on first use: loading the parser would take a tenth of the platform's start. */
  private static final class Parser {
    static final JsonFactory JSON =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(LONGEST_STRING)
                    .maxNumberLength(400)
                    .maxNameLength(10_000)
                    .build())
            .build();

    private Parser() {}
  }

  @Override
  public String contentType() {
    return "application/json";
  }

  @Override
  public Map<String, Object> read(byte[] body, Shape.Structure shape, Optional<String> root) {
    if (isBlank(body)) {
      return new LinkedHashMap<>();
    }
    try (JsonParser parser = Parser.JSON.createParser(ObjectReadContext.empty(), body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw AwsException.serialization(
            "Could not parse request body into json: it is not an object");
      }
      Map<String, Object> values = structure(parser, shape);
      if (parser.nextToken() != null) {
        throw AwsException.serialization(
            "Could not parse request body into json: something follows the object");
      }
      return values;
    } catch (JacksonException malformed) {
      throw malformed(malformed);
    }
  }

  /**
   * A body that is one document.
   *
   * @throws AwsException if it is malformed, or null
   */
  static Object readDocument(byte[] body) {
    try (JsonParser parser = Parser.JSON.createParser(ObjectReadContext.empty(), body)) {
      parser.nextToken();
      Object document = document(parser);
      if (document == null || parser.nextToken() != null) {
        throw AwsException.serialization("Could not parse request body into json");
      }
      return document;
    } catch (JacksonException malformed) {
      throw malformed(malformed);
    }
  }

  private static AwsException malformed(JacksonException cause) {
    String reason = Optional.ofNullable(cause.getOriginalMessage()).orElse("malformed");
    return AwsException.serialization(
        "Could not parse request body into json: " + Texts.shorten(reason));
  }

  private static boolean isBlank(byte[] body) {
    for (byte value : body) {
      if (value != ' ' && value != '\n' && value != '\r' && value != '\t') {
        return false;
      }
    }
    return true;
  }

  private static Map<String, Object> structure(JsonParser parser, Shape.Structure shape) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      Member member = member(shape, name);
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_NULL) {
        continue;
      }
      if (member == null) {
        if (name.equals("__type")) {
          parser.skipChildren();
          continue;
        }
        throw shape.union()
            ? AwsException.notOneMember(shape)
            : AwsException.unsupported(Texts.shorten(name));
      }
      if (values.put(member.name(), value(parser, member)) != null) {
        throw AwsException.serialization("'" + member.wireName() + "' is given twice");
      }
    }
    shape.checkUnion(values);
    return values;
  }

  private static @Nullable Member member(Shape.Structure shape, String wireName) {
    Member direct = shape.members().get(wireName);
    if (direct != null
        && direct.location() == Member.Location.BODY
        && direct.wireName().equals(wireName)) {
      return direct;
    }
    for (Member member : shape.members().values()) {
      if (member.location() == Member.Location.BODY && member.wireName().equals(wireName)) {
        return member;
      }
    }
    return null;
  }

  private static Object value(JsonParser parser, Member member) {
    return switch (member.shape()) {
      case Shape.Structure structure -> {
        expect(parser, JsonToken.START_OBJECT, member, "structure");
        yield structure(parser, structure);
      }
      case Shape.ListShape list -> {
        expect(parser, JsonToken.START_ARRAY, member, "list");
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(element(parser, list.element(), list.sparse()));
        }
        yield elements;
      }
      case Shape.MapShape map -> {
        expect(parser, JsonToken.START_OBJECT, member, "map");
        yield map(parser, map);
      }
      case Shape.StringShape _ -> {
        expect(parser, JsonToken.VALUE_STRING, member, "String");
        yield wellFormed(parser.getString());
      }
      case Shape.Blob _ -> {
        expect(parser, JsonToken.VALUE_STRING, member, "Blob");
        yield blob(parser, member);
      }
      case Shape.BooleanShape _ -> {
        if (parser.currentToken() != JsonToken.VALUE_TRUE) {
          expect(parser, JsonToken.VALUE_FALSE, member, "Boolean");
        }
        yield parser.currentToken() == JsonToken.VALUE_TRUE;
      }
      case Shape.NumberShape number -> number(parser, number, member);
      case Shape.Timestamp _ -> timestamp(parser, member);
      case Shape.Document _ -> {
        Object document = document(parser);
        if (document == null) {
          throw AwsException.serialization("'" + member.name() + "' is null");
        }
        yield document;
      }
    };
  }

  private static Object element(JsonParser parser, Member member, boolean sparse) {
    if (!sparse) {
      return value(parser, member);
    }
    return parser.currentToken() == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(value(parser, member));
  }

  private static Map<String, Object> map(JsonParser parser, Shape.MapShape map) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (String key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      if (entries.put(wellFormed(key), element(parser, map.value(), map.sparse())) != null) {
        throw AwsException.serialization("the key '" + Texts.shorten(key) + "' is given twice");
      }
    }
    return entries;
  }

  private static byte[] blob(JsonParser parser, Member member) {
    try {
      return parser.getBinaryValue();
    } catch (JacksonException notBase64) {
      throw AwsException.serialization("'" + member.name() + "' is not valid base64");
    }
  }

  private static Object number(JsonParser parser, Shape.NumberShape number, Member member) {
    boolean whole =
        number.kind() != Shape.NumberKind.FLOAT && number.kind() != Shape.NumberKind.DOUBLE;
    if (!whole && parser.currentToken() == JsonToken.VALUE_STRING) {
      String text = parser.getString();
      if (TextValues.isNamedNumber(text)) {
        return TextValues.read(member, text, TimestampFormat.UNIX);
      }
    }
    if (whole || parser.currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
      expect(parser, JsonToken.VALUE_NUMBER_INT, member, whole ? "Integer" : "Double");
    }
    return switch (number.kind()) {
      case BYTE -> {
        int value = parser.getIntValue();
        inRange(value == (byte) value, member);
        yield (byte) value;
      }
      case SHORT -> {
        int value = parser.getIntValue();
        inRange(value == (short) value, member);
        yield (short) value;
      }
      case INTEGER -> parser.getIntValue();
      case LONG -> parser.getLongValue();
      case FLOAT -> finite(parser.getFloatValue(), member);
      case DOUBLE -> finite(parser.getDoubleValue(), member);
    };
  }

  private static <T extends Number> T finite(T value, Member member) {
    inRange(!Double.isInfinite(value.doubleValue()), member);
    return value;
  }

  private static void inRange(boolean isInRange, Member member) {
    if (!isInRange) {
      throw AwsException.serialization("'" + member.name() + "' is out of range");
    }
  }

  private static @Nullable Object document(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
          parser.nextToken();
          if (entries.containsKey(key)) {
            throw AwsException.serialization("the key '" + Texts.shorten(key) + "' is given twice");
          }
          entries.put(wellFormed(key), document(parser));
        }
        yield entries;
      }
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(document(parser));
        }
        yield elements;
      }
      case VALUE_STRING -> wellFormed(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_NULL -> null;
      default -> throw AwsException.serialization("Unexpected token received from parser");
    };
  }

  private static Instant timestamp(JsonParser parser, Member member) {
    TimestampFormat format = member.timestampFormat(TimestampFormat.UNIX);
    if (format != TimestampFormat.UNIX) {
      expect(parser, JsonToken.VALUE_STRING, member, "Timestamp");
    } else if (parser.currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
      expect(parser, JsonToken.VALUE_NUMBER_INT, member, "Timestamp");
    }
    try {
      return format.read(parser.getString());
    } catch (DateTimeException invalid) {
      throw AwsException.serialization("'" + member.name() + "' is not a valid timestamp");
    }
  }

  private static String wellFormed(String text) {
    if (!Texts.isWellFormed(text)) {
      throw AwsException.serialization("a string holds half of a surrogate pair");
    }
    return text;
  }

  private static void expect(JsonParser parser, JsonToken wanted, Member member, String type) {
    JsonToken found = parser.currentToken();
    if (found == wanted) {
      return;
    }
    String place = " ('" + member.name() + "')";
    throw AwsException.serialization(
        switch (found) {
          case START_OBJECT -> "Start of structure or map found where not expected." + place;
          case START_ARRAY -> "Start of list found where not expected" + place;
          case VALUE_STRING -> "STRING_VALUE can not be converted to " + type + place;
          case VALUE_NUMBER_INT -> "NUMBER_VALUE can not be converted to " + type + place;
          case VALUE_NUMBER_FLOAT -> "DECIMAL_VALUE can not be converted to " + type + place;
          case VALUE_TRUE -> "TRUE_VALUE can not be converted to " + type + place;
          case VALUE_FALSE -> "FALSE_VALUE can not be converted to " + type + place;
          case VALUE_NULL -> "NULL_VALUE can not be converted to " + type + place;
          default -> "Unexpected token received from parser" + place;
        });
  }

  @Override
  public byte[] write(Map<String, Object> values, Shape.Structure shape, Root root) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = Parser.JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      write(generator, values, shape);
    }
    return bytes.toByteArray();
  }

  /** A body that is one document. */
  static byte[] writeDocument(Object document) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = Parser.JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      document(generator, document);
    }
    return bytes.toByteArray();
  }

  static void write(JsonGenerator generator, Map<String, Object> values, Shape.Structure shape) {
    generator.writeStartObject();
    for (Member member : shape.members().values()) {
      Object value = values.get(member.name());
      if (value != null && member.isInResponseBody()) {
        generator.writeName(member.wireName());
        write(generator, value, member);
      }
    }
    generator.writeEndObject();
  }

  /** Writes a value without its name. */
  static void write(JsonGenerator generator, Object value, Member member) {
    switch (member.shape()) {
      case Shape.Structure structure -> write(generator, Values.structure(value), structure);
      case Shape.ListShape list -> {
        generator.writeStartArray();
        for (Object element : Values.list(value)) {
          writeElement(generator, element, list.element());
        }
        generator.writeEndArray();
      }
      case Shape.MapShape map -> {
        generator.writeStartObject();
        Values.structure(value)
            .forEach(
                (key, entry) -> {
                  generator.writeName(key);
                  writeElement(generator, entry, map.value());
                });
        generator.writeEndObject();
      }
      case Shape.StringShape _ -> generator.writeString((String) value);
      case Shape.Blob _ -> generator.writeBinary((byte[]) value);
      case Shape.BooleanShape _ -> generator.writeBoolean((Boolean) value);
      case Shape.NumberShape number -> {
        switch (number.kind()) {
          case BYTE, SHORT, INTEGER -> generator.writeNumber(((Number) value).intValue());
          case LONG -> generator.writeNumber((Long) value);
          // What is no number is written as a string.
          case FLOAT -> generator.writeNumber((Float) value);
          case DOUBLE -> generator.writeNumber((Double) value);
        }
      }
      case Shape.Timestamp _ -> {
        TimestampFormat format = member.timestampFormat(TimestampFormat.UNIX);
        String text = format.write((Instant) value);
        if (format == TimestampFormat.UNIX) {
          generator.writeNumber(text);
        } else {
          generator.writeString(text);
        }
      }
      case Shape.Document _ -> document(generator, value);
    }
  }

  private static void writeElement(JsonGenerator generator, Object element, Member member) {
    Object value = Values.element(element);
    if (value == null) {
      generator.writeNull();
    } else {
      write(generator, value, member);
    }
  }

  private static void document(JsonGenerator generator, @Nullable Object value) {
    switch (value) {
      case null -> generator.writeNull();
      case Map<?, ?> entries -> {
        generator.writeStartObject();
        entries.forEach(
            (key, entry) -> {
              generator.writeName((String) key);
              document(generator, entry);
            });
        generator.writeEndObject();
      }
      case List<?> elements -> {
        generator.writeStartArray();
        elements.forEach(element -> document(generator, element));
        generator.writeEndArray();
      }
      case Boolean truth -> generator.writeBoolean(truth);
      case BigInteger number -> generator.writeNumber(number);
      case BigDecimal number -> generator.writeNumber(number);
      case Number number -> generator.writeNumber(number.toString());
      default -> generator.writeString((String) value);
    }
  }
}
