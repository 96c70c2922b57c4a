package io.mayfly.dispatch;

import io.mayfly.model.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the level of a line that a function has written: that of a JSON object is in its member
 * {@code level} ("Log-level filtering" in the developer guide). The line is hostile input, looked
 * at once from its beginning to its end.
 */
final class LineLevel {
  private static final byte[] NAME = "level".getBytes(StandardCharsets.US_ASCII);

  /** Longer than any level's name. */
  private static final int MOST = 16;

  private final byte[] line;
  private final int length;
  private int at;

  private LineLevel(byte[] line, int length) {
    this.line = line;
    this.length = length;
  }

  /**
   * The level of a line, or of the beginning of a very long one.
   *
   * @return empty if it is no JSON object; {@code INFO} if it is one that says no level
   */
  static Optional<LogLevel> of(byte[] line, int length) {
    LineLevel scan = new LineLevel(line, length);
    scan.skipSpace();
    if (scan.at >= length || line[scan.at] != '{') {
      return Optional.empty();
    }
    return Optional.of(scan.find());
  }

  private LogLevel find() {
    int depth = 0;
    boolean name = false;
    while (at < length) {
      byte next = line[at++];
      switch (next) {
        case '{', '[' -> name = ++depth == 1;
        case '}', ']' -> depth--;
        case ',' -> name = depth == 1;
        case '"' -> {
          int start = at;
          skipText();
          if (name && is(start, at - 1)) {
            return value();
          }
          name = false;
        }
        default -> {}
      }
    }
    return LogLevel.INFO;
  }

  private boolean is(int start, int end) {
    return end >= start && end <= length && Arrays.equals(line, start, end, NAME, 0, NAME.length);
  }

  private LogLevel value() {
    skipSpace();
    if (at >= length || line[at++] != ':') {
      return LogLevel.INFO;
    }
    skipSpace();
    if (at >= length || line[at++] != '"') {
      return LogLevel.INFO;
    }
    int start = at;
    skipText();
    int size = Math.min(at - 1, length) - start;
    return size < 0 || size > MOST
        ? LogLevel.INFO
        : named(new String(line, start, size, StandardCharsets.US_ASCII));
  }

  /** Some of the runtimes' libraries have names of their own. */
  private static LogLevel named(String text) {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "TRACE" -> LogLevel.TRACE;
      case "DEBUG" -> LogLevel.DEBUG;
      case "WARN", "WARNING" -> LogLevel.WARN;
      case "ERROR" -> LogLevel.ERROR;
      case "FATAL", "CRITICAL" -> LogLevel.FATAL;
      default -> LogLevel.INFO;
    };
  }

  /** To behind the quote that ends a text. */
  private void skipText() {
    while (at < length && line[at] != '"') {
      at += line[at] == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipSpace() {
    while (at < length && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) {
      at++;
    }
  }
}
