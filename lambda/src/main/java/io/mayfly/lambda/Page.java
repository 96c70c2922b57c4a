package io.mayfly.lambda;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a sorted list. The marker names the last item of the page before, so that items which
 * come and go between two calls neither repeat nor hide others.
 *
 * @param next the marker of the next page; empty on the last
 */
record Page<T>(List<T> items, Optional<String> next) {
  /** What most lists of Lambda return at most, whatever the caller asks for. */
  static final int MOST = 50;

  /**
   * Cuts a page.
   *
   * @param sorted all items in ascending order of their keys
   */
  static <T> Page<T> of(
      List<T> sorted,
      Function<T, String> key,
      Optional<String> marker,
      Optional<Integer> maxItems) {
    return of(sorted, key, marker, maxItems, MOST);
  }

  /**
   * Cuts a page of a list that has pages of its own size.
   *
   * @param most what a page holds at most
   */
  static <T> Page<T> of(
      List<T> sorted,
      Function<T, String> key,
      Optional<String> marker,
      Optional<Integer> maxItems,
      int most) {
    int size = Math.clamp(maxItems.orElse(most), 1, most);
    List<T> rest = marker.map(Page::decoded).map(last -> after(sorted, key, last)).orElse(sorted);
    if (rest.size() <= size) {
      return new Page<>(rest, Optional.empty());
    }
    List<T> items = rest.subList(0, size);
    return new Page<>(items, Optional.of(encoded(key.apply(items.getLast()))));
  }

  /** What comes after a key, found without making the keys of all. */
  private static <T> List<T> after(List<T> sorted, Function<T, String> key, String last) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key.apply(sorted.get(middle)).compareTo(last) > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return sorted.subList(low, sorted.size());
  }

  /** A key in whose order versions are sorted as they are themselves. */
  static String key(FunctionVersion version) {
    long number = version.latest() ? 0 : version.number();
    return String.format(Locale.ROOT, "%s\0%018d", version.function(), number);
  }

  private static String encoded(String key) {
    return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String marker) {
    try {
      return new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Marker is not one that a list call returned; start again without it",
          e);
    }
  }
}
