package io.mayfly.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads conditions joined by {@code &&}, which binds more closely, {@code ||} and parentheses.
 *
 * @param <T> what the conditions are about
 */
abstract class Conditions<T> {
  private static final int DEEPEST = 50;

  final PatternText text;
  private int depth;

  Conditions(PatternText text) {
    this.text = text;
  }

  /** Reads one condition without parentheses. */
  abstract Predicate<T> condition();

  /** Reads conditions as far as they go. */
  Predicate<T> parse() {
    List<Predicate<T>> any = new ArrayList<>();
    do {
      any.add(all());
      text.skipSpaces();
    } while (text.take("||"));
    return any.size() == 1 ? any.getFirst() : subject -> any.stream().anyMatch(is(subject));
  }

  private Predicate<T> all() {
    List<Predicate<T>> all = new ArrayList<>();
    do {
      all.add(one());
      text.skipSpaces();
    } while (text.take("&&"));
    return all.size() == 1 ? all.getFirst() : subject -> all.stream().allMatch(is(subject));
  }

  private static <T> Predicate<Predicate<T>> is(T subject) {
    return condition -> condition.test(subject);
  }

  private Predicate<T> one() {
    text.skipSpaces();
    if (!text.take("(")) {
      return condition();
    }
    if (++depth > DEEPEST) {
      throw text.invalid("there are more than %d parentheses in each other".formatted(DEEPEST));
    }
    Predicate<T> inner = parse();
    text.require(")");
    depth--;
    return inner;
  }
}
