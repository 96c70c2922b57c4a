package io.mayfly.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Conditions on the fields of lines, which stand between spaces: {@code [ip, user, status = 4*,
 * bytes > 1000]}. What is in brackets or quotes is one field, without them. A line has to have as
 * many fields as the pattern, where {@code ...} stands for any number.
 *
 * @param before those before the {@code ...}, or all
 * @param after those behind the {@code ...}; empty if there is none
 */
record FieldsPattern(List<Predicate<String>> before, Optional<List<Predicate<String>>> after)
    implements FilterPattern {
  private static final String ELLIPSIS = "...";

  static FieldsPattern parse(PatternText text) {
    text.require("[");
    List<Predicate<String>> before = new ArrayList<>();
    Optional<List<Predicate<String>>> after = Optional.empty();
    do {
      text.skipSpaces();
      if (text.take(ELLIPSIS)) {
        if (after.isPresent()) {
          throw text.invalid("there is a second '...'");
        }
        after = Optional.of(new ArrayList<>());
        text.skipSpaces();
      } else {
        after.orElse(before).add(new Field(text).parse());
      }
    } while (text.take(","));
    text.require("]");
    text.requireEnd();
    return new FieldsPattern(before, after);
  }

  @Override
  public boolean matches(String message) {
    List<String> fields = fields(message);
    int rest = fields.size() - before.size();
    if (after.isEmpty()) {
      return rest == 0 && match(before, fields, 0);
    }
    int last = after.get().size();
    return rest >= last
        && match(before, fields, 0)
        && match(after.get(), fields, fields.size() - last);
  }

  private static boolean match(List<Predicate<String>> conditions, List<String> fields, int from) {
    for (int i = 0; i < conditions.size(); i++) {
      if (!conditions.get(i).test(fields.get(from + i))) {
        return false;
      }
    }
    return true;
  }

  private static List<String> fields(String message) {
    List<String> fields = new ArrayList<>();
    // Where a closing one is no more, so that it is not looked for again and again.
    int lastQuote = message.lastIndexOf('"');
    int lastBracket = message.lastIndexOf(']');
    int at = 0;
    while (at < message.length()) {
      char first = message.charAt(at);
      if (Character.isWhitespace(first)) {
        at++;
        continue;
      }
      boolean quoted = first == '"' && lastQuote > at;
      boolean bracketed = first == '[' && lastBracket > at;
      int from = quoted || bracketed ? at + 1 : at;
      int end =
          quoted || bracketed ? message.indexOf(quoted ? '"' : ']', from) : wordEnd(message, at);
      fields.add(message.substring(from, end));
      at = end + (quoted || bracketed ? 1 : 0);
    }
    return fields;
  }

  private static int wordEnd(String message, int from) {
    int end = from;
    while (end < message.length() && !Character.isWhitespace(message.charAt(end))) {
      end++;
    }
    return end;
  }

  /** One field's name, alone or in conditions on it. */
  private static final class Field extends Conditions<String> {
    private static final String NAME_ENDS = ",=!<>&|()[]{}\"";

    private String known = "";

    Field(PatternText text) {
      super(text);
    }

    @Override
    Predicate<String> condition() {
      String name = text.takeUntil(NAME_ENDS);
      if (name.isEmpty()) {
        throw text.invalid("a field's name is missing");
      }
      if (!known.isEmpty() && !known.equals(name)) {
        throw text.invalid("'%s' is not the field '%s'".formatted(name, known));
      }
      known = name;
      text.skipSpaces();
      Optional<Comparison> comparison = Comparison.parse(text);
      return comparison.isEmpty()
          ? field -> true
          : field -> comparison.get().holds(field, Comparison.number(field));
    }
  }
}
