package io.mayfly.aws;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;

/** Scalars as text: in URIs, query strings, headers, forms and XML. */
final class TextValues {
  private TextValues() {}

  /**
   * Reads a scalar.
   *
   * @throws AwsException if the text is not of the member's type
   */
  static Object read(Member member, String text, TimestampFormat timestamps) {
    try {
      return switch (member.shape()) {
        case Shape.StringShape _ -> text;
        case Shape.BooleanShape _ ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw mismatch(member, text, "a Boolean (true or false)");
            };
        case Shape.NumberShape number ->
            switch (number.kind()) {
              case INTEGER -> Integer.valueOf(text);
              case LONG -> Long.valueOf(text);
              case FLOAT -> Float.valueOf(decimal(text));
              case DOUBLE -> Double.valueOf(decimal(text));
            };
        case Shape.Timestamp _ -> member.timestampFormat(timestamps).read(text);
        case Shape.Blob _ -> Base64.getDecoder().decode(text);
        case Shape.Structure _, Shape.ListShape _, Shape.MapShape _ ->
            throw mismatch(member, text, "a structure, list or map");
      };
    } catch (DateTimeException invalid) {
      throw mismatch(member, text, "a timestamp");
    } catch (NumberFormatException invalid) {
      throw mismatch(member, text, "a number of its range");
    } catch (IllegalArgumentException invalid) {
      throw mismatch(member, text, "base64");
    }
  }

  private static String decimal(String text) {
    // Java's own forms (hexadecimal, "1d") are none of AWS's; very long text is slow to read.
    boolean named = text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
    if (!named) {
      for (int i = 0; i < text.length(); i++) {
        if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0 || i > 400) {
          throw new NumberFormatException("not a decimal");
        }
      }
    }
    return text;
  }

  private static AwsException mismatch(Member member, String text, String type) {
    return AwsException.serialization(
        "'" + Texts.shorten(text) + "' at '" + member.lowerName() + "' is not " + type);
  }

  /** Writes a scalar. */
  static String write(Member member, Object value, TimestampFormat timestamps) {
    return switch (value) {
      case Instant instant -> member.timestampFormat(timestamps).write(instant);
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      default -> value.toString();
    };
  }
}
