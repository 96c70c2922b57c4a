package io.mayfly.events;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of things by name. The token names the last of the page before, so that what comes and
 * goes between two calls neither repeats nor hides others.
 *
 * @param next the token of the next page; empty on the last
 */
record Page<T>(List<T> items, Optional<String> next) {
  private static final int MOST = 100;

  /**
   * Cuts a page.
   *
   * @param sorted all, by name
   * @param size 1 to 100, which is also what is shown if the request does not say
   */
  static <T> Page<T> of(
      List<T> sorted, Function<T, String> name, Optional<String> token, Optional<Integer> size) {
    String after = token.map(Page::decoded).orElse("");
    List<T> rest = sorted.stream().filter(each -> name.apply(each).compareTo(after) > 0).toList();
    int most = size.orElse(MOST);
    if (rest.size() <= most) {
      return new Page<>(rest, Optional.empty());
    }
    List<T> page = rest.subList(0, most);
    return new Page<>(
        page,
        Optional.of(
            Base64.getUrlEncoder()
                .encodeToString(name.apply(page.getLast()).getBytes(StandardCharsets.UTF_8))));
  }

  private static String decoded(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw EventsErrors.invalid("NextToken", "it is none that was given.");
    }
  }
}
