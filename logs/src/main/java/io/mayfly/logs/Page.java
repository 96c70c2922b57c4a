package io.mayfly.logs;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a sorted list. The token names the last item of the page before, so that items which
 * come and go between two calls neither repeat nor hide others.
 *
 * @param next the token of the next page; empty on the last
 */
record Page<T>(List<T> items, Optional<String> next) {
  /** What these lists return at most. */
  static final int MOST = 50;

  /**
   * Cuts a page.
   *
   * @param key what an item is sorted by, and told from others
   * @param limit 1 to 50
   */
  static <T> Page<T> of(
      List<T> items,
      Function<T, String> key,
      boolean descending,
      Optional<String> token,
      Optional<Integer> limit) {
    Comparator<String> order = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
    int size = limit.orElse(MOST);
    Optional<String> after = token.map(Page::decoded);
    List<T> rest =
        items.stream()
            .filter(item -> after.isEmpty() || order.compare(key.apply(item), after.get()) > 0)
            .sorted(Comparator.comparing(key, order))
            .limit(size + 1L)
            .toList();
    if (rest.size() <= size) {
      return new Page<>(rest, Optional.empty());
    }
    List<T> page = rest.subList(0, size);
    return new Page<>(page, Optional.of(encoded(key.apply(page.getLast()))));
  }

  private static String encoded(String key) {
    return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Token.invalid();
    }
  }
}
