package io.mayfly.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Patterns that come and go while events are matched. */
@Timeout(180)
class TestBusMatcher {
  private static final int CHANGES = Integer.getInteger("mayfly.changes", 200);
  private static final Event EVENT =
      Event.of(
          BridgeHarness.ACCOUNT,
          "id",
          "orders",
          "placed",
          Instant.EPOCH,
          List.of("a", "b"),
          "{\"state\":\"new\",\"n\":7,\"tags\":[\"x\",\"y\"],\"customer\":{\"name\":\"A\"}}",
          Instant.EPOCH,
          "Root=1");

  /** Which the event fulfils, all of them, with much in common. */
  private static final List<String> PATTERNS =
      List.of(
          "{\"source\":[\"orders\"]}",
          "{\"source\":[\"orders\",\"others\"],\"detail\":{\"state\":[\"new\"]}}",
          "{\"source\":[{\"prefix\":\"ord\"}],\"detail\":{\"n\":[{\"numeric\":[\">\",5]}]}}",
          "{\"detail\":{\"state\":[\"new\",\"old\"],\"tags\":[\"y\"]}}",
          "{\"detail\":{\"customer\":{\"name\":[{\"exists\":true}]},\"other\":[{\"exists\":false}]}}",
          "{\"detail-type\":[{\"anything-but\":[\"gone\"]}],\"detail\":{\"n\":[7]}}",
          "{\"$or\":[{\"source\":[\"none\"]},{\"detail\":{\"tags\":[{\"suffix\":\"x\"}]}}]}");

  private static Matched place(String pattern) {
    Rule rule =
        new Rule(
            "default",
            "r",
            Optional.of(pattern),
            Optional.empty(),
            Rule.ENABLED,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Map.of());
    return new Matched.OfRule(new LiveRule(rule, "arn", List.of()));
  }

  @Test
  void whatStaysIsAlwaysFoundWhateverComesAndGoes() throws InterruptedException {
    BusMatcher matcher = new BusMatcher();
    Map<Matched, Boolean> staying = new ConcurrentHashMap<>();
    for (String pattern : PATTERNS) {
      Matched place = place(pattern);
      matcher.add(Optional.of(pattern), place);
      staying.put(place, true);
    }
    AtomicBoolean changing = new AtomicBoolean(true);
    LongAdder matches = new LongAdder();
    LongAdder missed = new LongAdder();
    CountDownLatch begun = new CountDownLatch(3);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int i = 0; i < 3; i++) {
        threads.execute(
            () -> {
              do {
                List<Matched> found = matcher.find(EVENT);
                if (!found.containsAll(staying.keySet())) {
                  missed.increment();
                }
                matches.increment();
                begun.countDown();
              } while (changing.get());
            });
      }
      begun.await();
      Random random = new Random(7);
      for (int change = 0; change < CHANGES; change++) {
        String pattern = PATTERNS.get(random.nextInt(PATTERNS.size()));
        String other =
            random.nextBoolean() ? pattern : pattern.replace("new", "n" + random.nextInt(9));
        Matched place = place(other);
        matcher.add(Optional.of(other), place);
        matcher.remove(Optional.of(other), place);
      }
      changing.set(false);
    }
    assertThat(missed.sum()).as("of %d", matches.sum()).isZero();
    assertThat(matcher.find(EVENT)).containsExactlyInAnyOrderElementsOf(staying.keySet());
    staying.keySet().forEach(each -> matcher.remove(pattern(each), each));
    assertThat(matcher.find(EVENT)).isEmpty();
    assertThat(matcher.isEmpty()).isTrue();
  }

  private static Optional<String> pattern(Matched place) {
    return switch (place) {
      case Matched.OfRule rule -> rule.rule().rule().pattern();
      case Matched.OfArchive _ -> Optional.empty();
    };
  }
}
