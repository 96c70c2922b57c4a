package io.mayfly.aws;

/** Makes foreign text fit to be shown in an error. */
final class Texts {
  private static final int LONGEST = 1024;

  private Texts() {}

  /** At most the first 1,024 characters, and no half surrogate pair, which no UTF-8 can hold. */
  static String shorten(String text) {
    return shorten(text, LONGEST);
  }

  /** At most the first {@code longest} characters, and no half surrogate pair. */
  static String shorten(String text, int longest) {
    boolean tooLong = text.length() > longest;
    StringBuilder shown = new StringBuilder(tooLong ? text.substring(0, longest) : text);
    for (int i = 0; i < shown.length(); i++) {
      if (Character.isSurrogate(shown.charAt(i))) {
        boolean pair =
            i + 1 < shown.length()
                && Character.isSurrogatePair(shown.charAt(i), shown.charAt(i + 1));
        if (pair) {
          i++;
        } else {
          shown.setCharAt(i, '\ufffd');
        }
      }
    }
    return tooLong ? shown.append("...").toString() : shown.toString();
  }

  /** Whether every surrogate stands in a pair, so that the text can be written as UTF-8. */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
