package io.mayfly.model;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * A condition of a policy's statement ("IAM JSON policy elements: Condition operators"), as far as
 * it is about texts, ARNs and truth. Keys are told apart regardless of their case.
 *
 * @param operator for example {@code ArnLike}
 * @param key for example {@code aws:SourceArn}
 * @param values of which one must match, or none if the operator says so
 */
public record PolicyCondition(String operator, String key, List<String> values) {
  private static final String IF_EXISTS = "IfExists";
  private static final BiPredicate<String, String> SAME = String::equals;
  private static final BiPredicate<String, String> ALIKE = Glob::matches;
  private static final BiPredicate<String, String> ANY_CASE = String::equalsIgnoreCase;
  private static final Map<String, BiPredicate<String, String>> TESTS =
      Map.ofEntries(
          Map.entry("StringEquals", SAME),
          Map.entry("StringNotEquals", SAME),
          Map.entry("StringEqualsIgnoreCase", ANY_CASE),
          Map.entry("StringNotEqualsIgnoreCase", ANY_CASE),
          Map.entry("StringLike", ALIKE),
          Map.entry("StringNotLike", ALIKE),
          Map.entry("ArnEquals", ALIKE),
          Map.entry("ArnNotEquals", ALIKE),
          Map.entry("ArnLike", ALIKE),
          Map.entry("ArnNotLike", ALIKE),
          Map.entry("Bool", ANY_CASE));

  public PolicyCondition {
    values = List.copyOf(values);
  }

  /**
   * Whether it holds for a request.
   *
   * @param request what is known of it, by key in small letters
   * @return empty if that is not known here: there is no such operator, or nothing is known of the
   *     key
   */
  public Optional<Boolean> holds(Map<String, String> request) {
    boolean optional = operator.endsWith(IF_EXISTS);
    String name =
        optional ? operator.substring(0, operator.length() - IF_EXISTS.length()) : operator;
    BiPredicate<String, String> test = TESTS.get(name);
    String value = request.get(key.toLowerCase(Locale.ROOT));
    if (test == null || value == null) {
      return Optional.empty();
    }
    boolean found = values.stream().anyMatch(each -> test.test(each, value));
    return Optional.of(found != name.contains("Not"));
  }
}
