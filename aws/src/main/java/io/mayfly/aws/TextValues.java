package io.mayfly.aws;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.StringJoiner;

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
        case Shape.Document _ -> throw mismatch(member, text, "a document");
        case Shape.BooleanShape _ ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw mismatch(member, text, "a Boolean (true or false)");
            };
        case Shape.NumberShape number ->
            switch (number.kind()) {
              case BYTE -> Byte.valueOf(whole(text));
              case SHORT -> Short.valueOf(whole(text));
              case INTEGER -> Integer.valueOf(whole(text));
              case LONG -> Long.valueOf(whole(text));
              case FLOAT -> Float.valueOf(decimal(text));
              case DOUBLE -> Double.valueOf(decimal(text));
            };
        case Shape.Timestamp _ -> member.timestampFormat(timestamps).read(text);
        case Shape.Blob _ -> base64(text);
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

  private static byte[] base64(String text) {
    // Java also reads what lacks its padding.
    if (text.length() % 4 != 0) {
      throw new IllegalArgumentException("not base64");
    }
    return Base64.getDecoder().decode(text);
  }

  /** The numbers that have names instead of digits. */
  static boolean isNamedNumber(String text) {
    return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
  }

  private static String whole(String text) {
    // Java also reads the digits of other scripts, and a plus before them.
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if ((character < '0' || character > '9') && (character != '-' || i > 0)) {
        throw new NumberFormatException("not a whole number");
      }
    }
    return text;
  }

  private static String decimal(String text) {
    // Java's own forms (hexadecimal, "1d") are none of AWS's; very long text is slow to read.
    if (!isNamedNumber(text)) {
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

  /**
   * Reads a scalar that travels in a header.
   *
   * @throws AwsException if the text is not of the member's type
   */
  static Object readHeader(Member member, String text) {
    if (member.json()) {
      try {
        ByteBuffer bytes = ByteBuffer.wrap(base64(text));
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      } catch (IllegalArgumentException | CharacterCodingException invalid) {
        throw mismatch(member, text, "text in base64");
      }
    }
    return read(member, text, TimestampFormat.RFC822);
  }

  /** Writes a scalar. */
  static String write(Member member, Object value, TimestampFormat timestamps) {
    return switch (value) {
      case Instant instant -> member.timestampFormat(timestamps).write(instant);
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      default -> value.toString();
    };
  }

  /** Writes a scalar, or a list of scalars, as the value of a header. */
  static String writeHeader(Member member, Object value) {
    if (member.shape() instanceof Shape.ListShape list) {
      StringJoiner texts = new StringJoiner(", ");
      for (Object element : Values.list(value)) {
        String text = headerScalar(list.element(), element);
        boolean isText = list.element().shape() instanceof Shape.StringShape;
        texts.add(isText ? HeaderLists.quoted(text) : text);
      }
      return texts.toString();
    }
    return headerScalar(member, value);
  }

  private static String headerScalar(Member member, Object value) {
    String text = write(member, value, TimestampFormat.RFC822);
    if (member.json()) {
      return Base64.getEncoder().encodeToString(SigV4.utf8(text));
    }
    return oneLine(text);
  }

  /** A value that ends no header: a stored text must not be able to add headers of its own. */
  static String oneLine(String text) {
    return text.chars().anyMatch(Character::isISOControl)
        ? text.replaceAll("\\p{Cntrl}", " ")
        : text;
  }
}
