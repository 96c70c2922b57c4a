package io.mayfly.scheduler;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a list sorted by names. The token names the last item of the page before, so that
 * items which come and go between two calls neither repeat nor hide others.
 *
 * @param next the token of the next page; empty on the last
 */
record Page<T>(List<T> items, Optional<String> next) {
  private static final int MOST = 100;

  /**
   * Cuts a page.
   *
   * @param items sorted by {@code name}
   * @throws io.mayfly.aws.AwsException if the token is none
   */
  static <T> Page<T> of(
      List<T> items, Function<T, String> name, Optional<String> token, Optional<Integer> limit) {
    int size = limit.orElse(MOST);
    Optional<String> after = token.map(Page::decoded);
    List<T> rest =
        items.stream()
            .filter(each -> after.isEmpty() || name.apply(each).compareTo(after.get()) > 0)
            .limit(size + 1L)
            .toList();
    if (rest.size() <= size) {
      return new Page<>(rest, Optional.empty());
    }
    List<T> page = rest.subList(0, size);
    return new Page<>(page, Optional.of(encoded(name.apply(page.getLast()))));
  }

  private static String encoded(String name) {
    return Base64.getUrlEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw SchedulerErrors.invalid("Invalid NextToken.");
    }
  }
}
