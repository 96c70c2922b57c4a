package io.mayfly.logs;

import io.mayfly.aws.AwsException;

/** The text of a filter pattern while it is read. Used by one thread. */
final class PatternText {
  private final String text;
  private int at;

  PatternText(String text) {
    this.text = text;
  }

  /** Whether there is no next character. */
  boolean ended() {
    return at == text.length();
  }

  /** The next character, which stays; a space if there is none. */
  char peek() {
    return ended() ? ' ' : text.charAt(at);
  }

  /** Whether a symbol comes next, which is then taken. */
  boolean take(String symbol) {
    boolean there = text.startsWith(symbol, at);
    at += there ? symbol.length() : 0;
    return there;
  }

  /** Whether a word comes next, in small or capital letters, which is then taken. */
  boolean takeWord(String word) {
    int end = at + word.length();
    boolean there =
        text.regionMatches(true, at, word, 0, word.length())
            && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
    at = there ? end : at;
    return there;
  }

  /** Takes a symbol that has to come next. */
  void require(String symbol) {
    if (!take(symbol)) {
      throw invalid("'%s' is missing".formatted(symbol));
    }
  }

  void skipSpaces() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /** Takes what comes up to a space, one of some characters, or the end. */
  String takeUntil(String stops) {
    int from = at;
    while (at < text.length()
        && !Character.isWhitespace(text.charAt(at))
        && stops.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, at);
  }

  /** Takes a text in double quotes, in which a backslash stands before a quote or another. */
  String takeQuoted() {
    require("\"");
    StringBuilder quoted = new StringBuilder();
    while (true) {
      if (ended()) {
        throw invalid("a '\"' is missing");
      }
      char next = text.charAt(at++);
      if (next == '"') {
        return quoted.toString();
      }
      boolean escape = next == '\\' && (peek() == '"' || peek() == '\\');
      quoted.append(escape ? text.charAt(at++) : next);
    }
  }

  /** Nothing but spaces may follow. */
  void requireEnd() {
    skipSpaces();
    if (!ended()) {
      throw invalid("something follows");
    }
  }

  /** The error for a pattern that is none. */
  AwsException invalid(String reason) {
    return Errors.invalidParameter(
        "Invalid filter pattern: %s at character %d".formatted(reason, at + 1));
  }

  /** The error for a pattern that Mayfly does not have. */
  AwsException noExpressions() {
    return invalid("regular expressions (%…%) are not supported yet by Mayfly; one stands");
  }
}
