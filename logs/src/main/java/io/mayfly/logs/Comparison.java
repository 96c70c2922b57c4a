package io.mayfly.logs;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a value is compared with, and how: by number where both are numbers, by text and its stars
 * otherwise.
 */
record Comparison(Operator operator, Wildcards text, Optional<BigDecimal> number) {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?+(?:[0-9]++(?:\\.[0-9]*+)?+|\\.[0-9]++)(?:[eE][+-]?+[0-9]{1,4}+)?+");

  /** A longer one is no number but text. */
  private static final int LONGEST_NUMBER = 400;

  /** Where a value without quotes ends, beside at a space. */
  private static final String STOPS = ",)]}&|\"";

  enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS_OR_EQUAL("<="),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    GREATER(">");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    private boolean ordered() {
      return this != EQUAL && this != NOT_EQUAL;
    }
  }

  /** Reads an operator and the value after it; empty if no operator comes next. */
  static Optional<Comparison> parse(PatternText text) {
    for (Operator operator : Operator.values()) {
      if (text.take(operator.symbol)) {
        text.skipSpaces();
        return Optional.of(with(operator, text));
      }
    }
    return Optional.empty();
  }

  private static Comparison with(Operator operator, PatternText text) {
    boolean quoted = text.peek() == '"';
    if (text.peek() == '%') {
      throw text.noExpressions();
    }
    String value = quoted ? text.takeQuoted() : text.takeUntil(STOPS);
    Optional<BigDecimal> number = quoted ? Optional.empty() : number(value);
    if (operator.ordered() && number.isEmpty()) {
      throw text.invalid("'%s' takes a number; there is none".formatted(operator.symbol));
    }
    if (!quoted && value.isEmpty()) {
      throw text.invalid("a value is missing");
    }
    return new Comparison(operator, Wildcards.of(value), number);
  }

  /** The number that a text is; empty if it is none. */
  static Optional<BigDecimal> number(String text) {
    return text.length() <= LONGEST_NUMBER && NUMBER.matcher(text).matches()
        ? Optional.of(new BigDecimal(text))
        : Optional.empty();
  }

  /**
   * Whether it holds.
   *
   * @param value as text
   * @param valueNumber the same as a number, if it is one
   */
  boolean holds(String value, Optional<BigDecimal> valueNumber) {
    boolean numbers = number.isPresent() && valueNumber.isPresent();
    int order = numbers ? valueNumber.get().compareTo(number.get()) : 0;
    return switch (operator) {
      case EQUAL -> numbers ? order == 0 : text.matches(value);
      case NOT_EQUAL -> numbers ? order != 0 : !text.matches(value);
      case LESS -> numbers && order < 0;
      case LESS_OR_EQUAL -> numbers && order <= 0;
      case GREATER -> numbers && order > 0;
      case GREATER_OR_EQUAL -> numbers && order >= 0;
    };
  }
}
