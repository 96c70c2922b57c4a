package io.mayfly.aws;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding as SigV4 defines it: everything but {@code A-Z a-z 0-9 - _ . ~} is encoded, with
 * capital hexadecimal digits, over UTF-8.
 */
final class Percent {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private Percent() {}

  /** Encodes {@code text}, slashes too. */
  static String encode(String text) {
    return encode(text, false);
  }

  /** Encodes {@code text} but for its slashes. */
  static String encodePath(String text) {
    return encode(text, true);
  }

  private static String encode(String text, boolean keepSlash) {
    int first = 0;
    while (first < text.length() && isPlain(text.charAt(first), keepSlash)) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder encoded = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (byte value : text.substring(first).getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (value & 0xff);
      if (isPlain(character, keepSlash)) {
        encoded.append(character);
      } else {
        encoded.append('%').append(HEX[character >> 4]).append(HEX[character & 15]);
      }
    }
    return encoded.toString();
  }

  private static boolean isPlain(char character, boolean keepSlash) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '-'
        || character == '_'
        || character == '.'
        || character == '~'
        || (character == '/' && keepSlash);
  }

  /**
   * Decodes a part of a path, once.
   *
   * @throws AwsException if the encoding is broken or not UTF-8
   */
  static String decode(String raw) {
    return decode(raw, false);
  }

  /**
   * Decodes a part of a query string or form, where {@code +} is a space.
   *
   * @throws AwsException if the encoding is broken or not UTF-8
   */
  static String decodeForm(String raw) {
    return decode(raw, true);
  }

  private static String decode(String raw, boolean plusIsSpace) {
    if (raw.indexOf('%') < 0 && (!plusIsSpace || raw.indexOf('+') < 0) && isAscii(raw)) {
      return raw;
    }
    byte[] source = raw.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(source.length);
    for (int i = 0; i < source.length; i++) {
      if (source[i] == '%') {
        int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
        int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw broken(raw);
        }
        decoded.put((byte) (high << 4 | low));
        i += 2;
      } else {
        decoded.put(source[i] == '+' && plusIsSpace ? (byte) ' ' : source[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
    } catch (CharacterCodingException notUtf8) {
      throw broken(raw);
    }
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static AwsException broken(String raw) {
    return AwsException.serialization(
        "'" + Texts.shorten(raw) + "' in the URI is not percent-encoded UTF-8");
  }
}
