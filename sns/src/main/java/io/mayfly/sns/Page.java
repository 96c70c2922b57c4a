package io.mayfly.sns;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a list, which SNS cuts at a hundred. The token names the last of the page before, so
 * that what comes and goes between two calls neither repeats nor hides others.
 *
 * @param next the token of the next page; empty on the last
 */
record Page<T>(List<T> items, Optional<String> next) {
  static final int SIZE = 100;

  /**
   * Cuts a page.
   *
   * @param key what sorts, and tells one from the others
   */
  static <T> Page<T> of(List<T> all, Function<T, String> key, Optional<String> token) {
    String after = token.map(Page::decoded).orElse("");
    List<T> rest =
        all.stream()
            .filter(each -> key.apply(each).compareTo(after) > 0)
            .sorted(Comparator.comparing(key))
            .limit(SIZE + 1L)
            .toList();
    if (rest.size() <= SIZE) {
      return new Page<>(rest, Optional.empty());
    }
    List<T> page = rest.subList(0, SIZE);
    return new Page<>(
        page,
        Optional.of(
            Base64.getEncoder()
                .encodeToString(key.apply(page.getLast()).getBytes(StandardCharsets.UTF_8))));
  }

  private static String decoded(String token) {
    try {
      return new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw SnsErrors.invalid("NextToken", "it was not given by a call before");
    }
  }
}
