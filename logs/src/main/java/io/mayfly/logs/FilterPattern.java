package io.mayfly.logs;

import io.mayfly.aws.AwsException;

/**
 * Which lines are wanted, in the language of the user guide's "Filter pattern syntax for metric
 * filters, subscription filters, filter log events, and Live Tail": terms, conditions on JSON, or
 * conditions on fields between spaces. Regular expressions ({@code %…%}) are refused.
 *
 * <p>Whatever the pattern and the line are, the time to match them is in proportion to the product
 * of their lengths at most, and the stack is used to a bounded depth. Immutable.
 */
interface FilterPattern {
  /** Whether a line, with or without its end, matches. */
  boolean matches(String message);

  /**
   * Reads a pattern; an empty one matches every line.
   *
   * @throws AwsException if it is none, saying where and why
   */
  static FilterPattern parse(String text) {
    PatternText pattern = new PatternText(text);
    pattern.skipSpaces();
    if (pattern.ended()) {
      return message -> true;
    }
    return switch (pattern.peek()) {
      case '{' -> JsonPattern.parse(pattern);
      case '[' -> FieldsPattern.parse(pattern);
      default -> TermsPattern.parse(pattern);
    };
  }
}
