package io.mayfly.logs;

import java.util.ArrayList;
import java.util.List;

/**
 * Terms and phrases in quotes: all of those that stand alone have to be in a line, none of those
 * after a {@code -}, and, if there are no others, one of those after a {@code ?}. With others,
 * those after a {@code ?} change nothing, as the user guide has it.
 */
record TermsPattern(List<String> all, List<String> none, List<String> any)
    implements FilterPattern {
  static TermsPattern parse(PatternText text) {
    List<String> all = new ArrayList<>();
    List<String> none = new ArrayList<>();
    List<String> any = new ArrayList<>();
    for (text.skipSpaces(); !text.ended(); text.skipSpaces()) {
      List<String> kind = text.take("-") ? none : text.take("?") ? any : all;
      kind.add(term(text));
    }
    return new TermsPattern(all, none, any);
  }

  private static String term(PatternText text) {
    String term = text.peek() == '"' ? text.takeQuoted() : plain(text);
    if (term.isEmpty()) {
      throw text.invalid("a term is missing");
    }
    return term;
  }

  private static String plain(PatternText text) {
    if (text.peek() == '%') {
      throw text.noExpressions();
    }
    return text.takeUntil("\"");
  }

  @Override
  public boolean matches(String message) {
    if (all.isEmpty() && none.isEmpty()) {
      return any.stream().anyMatch(message::contains);
    }
    return all.stream().allMatch(message::contains) && none.stream().noneMatch(message::contains);
  }
}
