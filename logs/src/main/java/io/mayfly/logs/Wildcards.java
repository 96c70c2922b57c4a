package io.mayfly.logs;

import java.util.List;

/**
 * A text in which each {@code *} stands for any characters, or none.
 *
 * @param pieces what stands before, between and after the stars
 */
record Wildcards(List<String> pieces) {
  static Wildcards of(String text) {
    return new Wildcards(List.of(text.split("\\*", -1)));
  }

  /**
   * Whether the whole of a text is of this form. Each piece is looked for once, after the one
   * before it, since the first place where it is leaves the most to those that follow.
   */
  boolean matches(String text) {
    String first = pieces.getFirst();
    if (pieces.size() == 1) {
      return text.equals(first);
    }
    String last = pieces.getLast();
    int end = text.length() - last.length();
    if (!text.startsWith(first) || !text.endsWith(last) || end < first.length()) {
      return false;
    }
    int from = first.length();
    for (String piece : pieces.subList(1, pieces.size() - 1)) {
      int found = text.indexOf(piece, from);
      if (found < 0 || found + piece.length() > end) {
        return false;
      }
      from = found + piece.length();
    }
    return true;
  }
}
