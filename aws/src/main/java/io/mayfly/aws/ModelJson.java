package io.mayfly.aws;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A cursor over JSON that is trusted: the service models. It exists for the start of the platform:
 * a value can be passed over without being built, and no parser library has to be loaded, which
 * takes longer than everything else that reading a model does. Requests are read by {@link
 * JsonBody}.
 */
final class ModelJson {
  private final byte[] json;
  private int position;

  ModelJson(byte[] json, int start) {
    this.json = json;
    this.position = start;
  }

  /** Where the cursor stands. */
  int position() {
    return position;
  }

  /** Enters the object that comes next; {@link #nextName} then gives its names. */
  void enterObject() {
    expect('{');
  }

  /**
   * The name of the object's next member, with the cursor before its value; an empty text at the
   * object's end.
   */
  String nextName() {
    byte next = peek();
    if (next == ',') {
      position++;
      next = peek();
    }
    if (next == '}') {
      position++;
      return "";
    }
    String name = string();
    expect(':');
    peek();
    return name;
  }

  /** The next value as a map, list, String, Long, Double or Boolean; models have no null. */
  Object value() {
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> literal();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    enterObject();
    for (String name = nextName(); !name.isEmpty(); name = nextName()) {
      object.put(name, value());
    }
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    expect('[');
    for (byte next = peek(); next != ']'; next = peek()) {
      if (next == ',') {
        position++;
      } else {
        array.add(value());
      }
    }
    position++;
    return array;
  }

  private Object literal() {
    int start = position;
    while (position < json.length && ",]} \n\r\t".indexOf(json[position]) < 0) {
      position++;
    }
    String text = new String(json, start, position - start, StandardCharsets.US_ASCII);
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        boolean whole = text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
        yield whole ? (Object) Long.valueOf(text) : Double.valueOf(text);
      }
    };
  }

  private String string() {
    expect('"');
    int start = position;
    boolean escaped = false;
    while (json[position] != '"') {
      if (json[position] == '\\') {
        escaped = true;
        position++;
      }
      position++;
    }
    String text = new String(json, start, position - start, StandardCharsets.UTF_8);
    position++;
    return escaped ? unescape(text) : text;
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char character = text.charAt(at++);
      if (character != '\\') {
        plain.append(character);
        continue;
      }
      char escape = text.charAt(at++);
      switch (escape) {
        case 'b' -> plain.append('\b');
        case 'f' -> plain.append('\f');
        case 'n' -> plain.append('\n');
        case 'r' -> plain.append('\r');
        case 't' -> plain.append('\t');
        case 'u' -> {
          plain.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
          at += 4;
        }
        default -> plain.append(escape);
      }
    }
    return plain.toString();
  }

  /** Passes over the next value. */
  void skip() {
    int depth = 0;
    do {
      switch (peek()) {
        case '{', '[' -> {
          depth++;
          position++;
        }
        case '}', ']' -> {
          depth--;
          position++;
        }
        case ',', ':' -> position++;
        case '"' -> skipString();
        default -> literal();
      }
    } while (depth > 0);
  }

  private void skipString() {
    position++;
    while (json[position] != '"') {
      position += json[position] == '\\' ? 2 : 1;
    }
    position++;
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw new IllegalArgumentException(
          "the service model is broken at byte " + position + ": no '" + wanted + "'");
    }
    position++;
  }

  private byte peek() {
    while (json[position] <= ' ') {
      position++;
    }
    return json[position];
  }
}
