package io.mayfly.identity;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a list, as IAM pages: the marker names the last item of the part before.
 *
 * @param marker of the next part; empty on the last
 */
record Slice<T>(List<T> items, Optional<String> marker) {
  private static final int USUAL = 100;

  /**
   * Cuts a part.
   *
   * @param sorted all items in ascending order of their keys
   */
  static <T> Slice<T> of(
      List<T> sorted, Function<T, String> key, Optional<String> marker, Optional<Integer> most) {
    Optional<String> after = marker.map(Slice::decoded);
    List<T> rest =
        sorted.stream()
            .filter(item -> after.isEmpty() || key.apply(item).compareTo(after.get()) > 0)
            .toList();
    int size = most.orElse(USUAL);
    if (rest.size() <= size) {
      return new Slice<>(rest, Optional.empty());
    }
    List<T> items = rest.subList(0, size);
    String last = key.apply(items.getLast());
    return new Slice<>(
        items,
        Optional.of(Base64.getUrlEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8))));
  }

  boolean truncated() {
    return marker.isPresent();
  }

  private static String decoded(String marker) {
    try {
      return new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw IdentityErrors.invalid(
          "Marker is not one that a list call returned; start again without it");
    }
  }
}
