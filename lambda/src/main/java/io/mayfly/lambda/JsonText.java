package io.mayfly.lambda;

import java.util.Optional;

/**
 * Tells whether bytes are one JSON text (RFC 8259) in UTF-8, building nothing: events pass through
 * the platform as they came, but Lambda refuses what is no JSON before any handler sees it.
 *
 * <p>One pass over the bytes, a bit per open bracket, no recursion, so that depth costs no stack.
 */
final class JsonText {
  /** Deeper nesting is refused, as Lambda's own parser does at this depth. */
  private static final int MAX_DEPTH = 1000;

  private final byte[] bytes;
  private int at;
  private final long[] objects = new long[MAX_DEPTH / Long.SIZE + 1];
  private int depth;

  private JsonText(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What is wrong with the bytes; empty when they are JSON. */
  static Optional<String> problem(byte[] bytes) {
    JsonText text = new JsonText(bytes);
    try {
      text.document();
      return Optional.empty();
    } catch (Malformed e) {
      return Optional.of("%s at byte %d".formatted(e.getMessage(), text.at));
    }
  }

  /** Thrown to leave the scan; carries no stack trace. */
  private static final class Malformed extends RuntimeException {
    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  private void document() {
    space();
    boolean valueExpected = true;
    while (true) {
      if (valueExpected) {
        valueExpected = value();
        if (valueExpected) {
          continue;
        }
      }
      space();
      if (depth == 0) {
        if (at < bytes.length) {
          throw unexpected("the end");
        }
        return;
      }
      valueExpected = afterValue();
    }
  }

  /** Reads a value, or opens an array or object; true when another value must follow at once. */
  private boolean value() {
    int first = peek();
    switch (first) {
      case '{' -> {
        open(true);
        if (peek() == '}') {
          close();
          return false;
        }
        key();
        return true;
      }
      case '[' -> {
        open(false);
        if (peek() == ']') {
          close();
          return false;
        }
        return true;
      }
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
    return false;
  }

  /** After a value inside an array or object: a comma and the next, or the end of it. */
  private boolean afterValue() {
    boolean object = inObject();
    int next = peek();
    if (next == ',') {
      at++;
      space();
      if (object) {
        key();
      }
      return true;
    }
    if (next != (object ? '}' : ']')) {
      throw unexpected(object ? "',' or '}'" : "',' or ']'");
    }
    close();
    return false;
  }

  private void key() {
    if (peek() != '"') {
      throw unexpected("a member's name in double quotes");
    }
    string();
    space();
    if (peek() != ':') {
      throw unexpected("':'");
    }
    at++;
    space();
  }

  private void open(boolean object) {
    if (depth == MAX_DEPTH) {
      throw new Malformed("nesting deeper than " + MAX_DEPTH);
    }
    long bit = 1L << depth;
    if (object) {
      objects[depth / Long.SIZE] |= bit;
    } else {
      objects[depth / Long.SIZE] &= ~bit;
    }
    depth++;
    at++;
    space();
  }

  private void close() {
    depth--;
    at++;
  }

  private boolean inObject() {
    int top = depth - 1;
    return (objects[top / Long.SIZE] & 1L << top) != 0;
  }

  private void string() {
    at++;
    while (true) {
      int current = peek();
      if (current == '"') {
        at++;
        return;
      }
      if (current == '\\') {
        at++;
        escape();
      } else if (current < ' ') {
        throw new Malformed("a control character in a string, which must be escaped,");
      } else if (current < 0x80) {
        at++;
      } else {
        multibyte(current);
      }
    }
  }

  private void escape() {
    int kind = peek();
    at++;
    if (kind == 'u') {
      for (int i = 0; i < 4; i++) {
        if (Character.digit(peek(), 16) < 0) {
          throw unexpected("four hexadecimal digits after \\u");
        }
        at++;
      }
    } else if ("\"\\/bfnrt".indexOf(kind) < 0) {
      at--;
      throw new Malformed("an unknown escape in a string");
    }
  }

  /** One character of two to four bytes, by the table of RFC 3629, section 4. */
  private void multibyte(int first) {
    int lowest = 0x80;
    int highest = 0xbf;
    int more;
    if (first >= 0xc2 && first <= 0xdf) {
      more = 1;
    } else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      lowest = first == 0xe0 ? 0xa0 : lowest;
      highest = first == 0xed ? 0x9f : highest;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      lowest = first == 0xf0 ? 0x90 : lowest;
      highest = first == 0xf4 ? 0x8f : highest;
    } else {
      throw new Malformed("a byte that is not UTF-8");
    }
    at++;
    for (int i = 0; i < more; i++) {
      int next = peek();
      if (next < lowest || next > highest) {
        throw new Malformed("a byte that is not UTF-8");
      }
      lowest = 0x80;
      highest = 0xbf;
      at++;
    }
  }

  private void literal(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at >= bytes.length || bytes[at] != word.charAt(i)) {
        throw unexpected("'" + word + "'");
      }
      at++;
    }
  }

  private void number() {
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    if (at < bytes.length && bytes[at] == '.') {
      at++;
      digits();
    }
    if (at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
  }

  private void digits() {
    int start = at;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw unexpected("a JSON value");
    }
  }

  private void space() {
    while (at < bytes.length
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }

  private int peek() {
    if (at >= bytes.length) {
      throw new Malformed("the text ends too early");
    }
    return bytes[at] & 0xff;
  }

  private Malformed unexpected(String wanted) {
    if (at >= bytes.length) {
      return new Malformed("the text ends where " + wanted + " should be");
    }
    int found = bytes[at] & 0xff;
    return new Malformed(
        "%s where %s should be"
            .formatted(
                found > ' ' && found < 0x7f
                    ? "'" + (char) found + "'"
                    : "byte 0x" + Integer.toHexString(found),
                wanted));
  }
}
