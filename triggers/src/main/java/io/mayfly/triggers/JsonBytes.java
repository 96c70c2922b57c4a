package io.mayfly.triggers;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON written straight into bytes. Text is escaped where it must be (RFC 8259, section 7) and
 * copied in runs everywhere else. Grows, and can be cut back. For one thread.
 */
public final class JsonBytes {
  private static final int START = 1024;
  private static final int CONTROLS = 0x20;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[START];
  private int size;

  public int size() {
    return size;
  }

  /** Forgets what was written after so many bytes. */
  public void cut(int to) {
    size = to;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** Writes as it is. */
  public JsonBytes raw(String json) {
    return raw(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes as it is. */
  public JsonBytes raw(byte[] json) {
    reserve(json.length);
    System.arraycopy(json, 0, bytes, size, json.length);
    size += json.length;
    return this;
  }

  /** Writes a string. */
  public JsonBytes text(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a string that is given in UTF-8. */
  public JsonBytes text(byte[] utf8) {
    reserve(utf8.length + 2);
    bytes[size++] = '"';
    int copied = 0;
    for (int i = 0; i < utf8.length; i++) {
      byte each = utf8[i];
      if (each == '"' || each == '\\' || (each >= 0 && each < CONTROLS)) {
        run(utf8, copied, i);
        escape(each);
        copied = i + 1;
      }
    }
    run(utf8, copied, utf8.length);
    reserve(1);
    bytes[size++] = '"';
    return this;
  }

  private void run(byte[] from, int start, int end) {
    int length = end - start;
    reserve(length);
    System.arraycopy(from, start, bytes, size, length);
    size += length;
  }

  private void escape(byte each) {
    reserve("\\u0000".length());
    bytes[size++] = '\\';
    switch (each) {
      case '"', '\\' -> bytes[size++] = each;
      case '\n' -> bytes[size++] = 'n';
      case '\r' -> bytes[size++] = 'r';
      case '\t' -> bytes[size++] = 't';
      default -> {
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[each >> 4];
        bytes[size++] = HEX[each & 0xf];
      }
    }
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), size + size / 2));
    }
  }
}
