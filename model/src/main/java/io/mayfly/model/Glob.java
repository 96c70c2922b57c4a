package io.mayfly.model;

/** Patterns with {@code *} for any characters and {@code ?} for one. */
public final class Glob {
  private Glob() {}

  /** Takes time in proportion to the product of the lengths at most, whatever the pattern. */
  public static boolean matches(String pattern, String text) {
    int at = 0;
    int from = 0;
    // Where the last star stood, and how far what it stands for reaches.
    int star = -1;
    int taken = 0;
    while (from < text.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        taken = from;
      } else if (at < pattern.length()
          && (pattern.charAt(at) == '?' || pattern.charAt(at) == text.charAt(from))) {
        at++;
        from++;
      } else if (star >= 0) {
        at = star + 1;
        from = ++taken;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
