package io.mayfly.aws;

import java.util.ArrayList;
import java.util.List;

/** Lists in headers: elements between commas, in quotes where they hold a comma themselves. */
final class HeaderLists {
  private HeaderLists() {}

  /**
   * The elements of all values of a header, without the spaces and quotes around them. Empty ones
   * are none, unless in quotes (RFC 9110, 5.6.1).
   */
  static List<String> split(List<String> values) {
    List<String> elements = new ArrayList<>();
    for (String value : values) {
      int at = 0;
      while (at <= value.length()) {
        at = element(value, at, elements);
      }
    }
    return elements;
  }

  /** Reads the element at {@code start} and gives where the next one starts. */
  private static int element(String value, int start, List<String> elements) {
    int at = start;
    while (at < value.length() && isSpace(value.charAt(at))) {
      at++;
    }
    if (at == value.length() || value.charAt(at) != '"') {
      int end = value.indexOf(',', at);
      end = end < 0 ? value.length() : end;
      String text = value.substring(at, end).strip();
      if (!text.isEmpty()) {
        elements.add(text);
      }
      return end + 1;
    }
    StringBuilder text = new StringBuilder();
    for (at++; at < value.length() && value.charAt(at) != '"'; at++) {
      boolean escaped = value.charAt(at) == '\\' && at + 1 < value.length();
      text.append(value.charAt(escaped ? ++at : at));
    }
    int end = at + 1;
    while (end < value.length() && isSpace(value.charAt(end))) {
      end++;
    }
    if (at >= value.length() || (end < value.length() && value.charAt(end) != ',')) {
      throw AwsException.serialization("a header has a quotation mark without its other half");
    }
    elements.add(text.toString());
    return end + 1;
  }

  private static boolean isSpace(char character) {
    return character == ' ' || character == '\t';
  }

  /** HTTP's dates, each of which holds a comma of its own. */
  static List<String> splitDates(List<String> values) {
    List<String> dates = new ArrayList<>();
    for (String value : values) {
      String[] parts = value.split(",", -1);
      for (int i = 0; i < parts.length; i += 2) {
        dates.add((i + 1 < parts.length ? parts[i] + "," + parts[i + 1] : parts[i]).strip());
      }
    }
    return dates;
  }

  /** A text as an element: in quotes if it would otherwise end early. */
  static String quoted(String text) {
    return text.indexOf(',') < 0 && text.indexOf('"') < 0
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
