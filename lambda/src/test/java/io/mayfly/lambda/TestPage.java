package io.mayfly.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TestPage {
  private static List<String> items(int count) {
    return IntStream.range(0, count).mapToObj("%05d"::formatted).toList();
  }

  private static List<String> all(List<String> sorted, int size) {
    List<String> seen = new ArrayList<>();
    Optional<String> marker = Optional.empty();
    do {
      Page<String> page = Page.of(sorted, Function.identity(), marker, Optional.of(size));
      seen.addAll(page.items());
      marker = page.next();
    } while (marker.isPresent());
    return seen;
  }

  @Test
  void pagesTogetherAreTheList() {
    for (int count = 0; count < 12; count++) {
      for (int size = 1; size < 13; size++) {
        assertThat(all(items(count), size)).isEqualTo(items(count));
      }
    }
  }

  @Test
  void whatComesAndGoesBetweenTwoPagesHidesNothing() {
    Page<String> first = Page.of(items(10), Function.identity(), Optional.empty(), Optional.of(4));
    List<String> later = new ArrayList<>(items(10));
    later.remove("00003");
    later.add(0, "0000");
    Page<String> second = Page.of(later, Function.identity(), first.next(), Optional.of(4));
    assertThat(second.items()).containsExactly("00004", "00005", "00006", "00007");
  }

  @Test
  void aPageOfALongListMakesTheKeysOfAFewItemsOnly() {
    AtomicInteger keys = new AtomicInteger();
    Function<String, String> key =
        item -> {
          keys.incrementAndGet();
          return item;
        };
    List<String> many = items(10_000);
    Page<String> first = Page.of(many, key, Optional.empty(), Optional.empty());
    Page<String> second = Page.of(many, key, first.next(), Optional.empty());
    assertThat(second.items()).isEqualTo(many.subList(50, 100));
    assertThat(keys.get()).isLessThan(20);
  }

  @Test
  void versionsAreInTheOrderOfTheirKeys() {
    List<FunctionVersion> versions = new ArrayList<>();
    for (String name : List.of("a", "a-b", "a0", "aB", "a_b", "ab")) {
      versions.add(FunctionVersion.latest(new FunctionName(name)));
      for (long number : new long[] {1, 2, 10, 11, 100}) {
        versions.add(FunctionVersion.of(new FunctionName(name), number));
      }
    }
    assertThat(versions.stream().sorted().map(Page::key).toList()).isSorted();
  }

  @Test
  void aMarkerOfNobodysIsRefused() {
    assertThatThrownBy(
            () -> Page.of(items(3), Function.identity(), Optional.of("!"), Optional.empty()))
        .isInstanceOf(MayflyException.class)
        .hasMessageContaining("Marker");
  }
}
