package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.CALLER;
import static io.mayfly.events.BridgeHarness.EVENTS;
import static io.mayfly.events.BridgeHarness.SQS;
import static io.mayfly.events.BridgeHarness.START;
import static io.mayfly.events.BridgeHarness.entry;
import static io.mayfly.events.BridgeHarness.json;
import static io.mayfly.events.BridgeHarness.refused;
import static io.mayfly.events.BridgeHarness.target;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that are kept and sent again, over queues on the disk. */
@Timeout(180)
class TestArchivesAndReplays {
  private static final String ORDERS = "{\"source\":[\"orders\"]}";

  @TempDir Path folder;
  private BridgeHarness harness;

  @BeforeEach
  void open() {
    harness = new BridgeHarness(folder);
    harness.queue("q");
    harness.rule("r", ORDERS, target("t", SQS + "q"));
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private void archive(String name, Optional<String> pattern, int days) {
    var _ =
        new CreateArchive(harness.buses, harness.bridge.archives())
            .handle(
                new CreateArchive.Input(
                    name,
                    EVENTS + "event-bus/default",
                    Optional.empty(),
                    pattern,
                    Optional.of(days)),
                CALLER);
  }

  private void replay(String name, String archive, Instant from, Instant to, String... rules) {
    var _ =
        new StartReplay(harness.buses, harness.bridge.archives(), harness.bridge.replays())
            .handle(
                new StartReplay.Input(
                    name,
                    Optional.empty(),
                    EVENTS + "archive/" + archive,
                    from,
                    to,
                    new StartReplay.Destination(EVENTS + "event-bus/default", List.of(rules))),
                CALLER);
  }

  private long archived(String name) {
    return harness.bridge.archives().holdings(name).messages();
  }

  private Replay.State state(String replay) {
    return harness.bridge.replays().require(replay).state();
  }

  @Test
  void anArchiveKeepsWhatItsPatternIsAbout() {
    archive("all", Optional.empty(), 0);
    archive("some", Optional.of("{\"detail\":{\"n\":[1]}}"), 0);
    harness.put(entry("orders", "{\"n\":1}"), entry("others", "{\"n\":2}"));
    assertThat(archived("all")).isEqualTo(2);
    assertThat(archived("some")).isEqualTo(1);
    assertThat(harness.bridge.archives().holdings("some").bytes()).isBetween(200L, 500L);
    harness.restart();
    harness.put(entry("orders", "{\"n\":1}"));
    assertThat(archived("all")).isEqualTo(3);
    assertThat(archived("some")).isEqualTo(2);
    refused(
        () -> harness.buses.delete("default"), "ValidationException", "Cannot delete event bus");
    harness.bridge.archives().delete("some");
    harness.put(entry("orders", "{\"n\":1}"));
    assertThat(archived("all")).isEqualTo(4);
    refused(() -> harness.bridge.archives().require("some"), "ResourceNotFoundException", "some");
  }

  @Test
  void aReplaySendsEventsOfItsTimeToTheRulesAgain() {
    harness.queue("other");
    String other = harness.rule("o", ORDERS, target("t", SQS + "other"));
    archive("a", Optional.empty(), 0);
    Set<String> within = new HashSet<>();
    for (int minute = 0; minute < 10; minute++) {
      String id =
          harness
              .put(entry("orders", "{\"n\":%d}".formatted(minute)))
              .getFirst()
              .eventId()
              .orElseThrow();
      if (minute >= 2 && minute <= 5) {
        within.add(id);
      }
      harness.later(Duration.ofMinutes(1));
    }
    assertThat(harness.taken("q")).hasSize(10);
    assertThat(harness.taken("other")).hasSize(10);
    replay(
        "again", "a", START.plus(Duration.ofMinutes(2)), START.plus(Duration.ofMinutes(5)), other);
    assertThat(state("again")).isEqualTo(Replay.State.STARTING);
    harness.until(() -> state("again") == Replay.State.COMPLETED);
    assertThat(harness.taken("q")).isEmpty();
    List<String> bodies = harness.bodies("other");
    assertThat(bodies).hasSize(4).allMatch(body -> body.contains("\"replay-name\":\"again\""));
    assertThat(bodies.stream().map(body -> json(body).path("id").asString()))
        .containsExactlyInAnyOrderElementsOf(within);
    assertThat(json(bodies.getFirst()).propertyNames())
        .containsExactly(
            "version",
            "id",
            "detail-type",
            "source",
            "account",
            "time",
            "region",
            "replay-name",
            "resources",
            "detail");
    assertThat(harness.bridge.replays().require("again").last())
        .contains(START.plus(Duration.ofMinutes(5)));
    // What is replayed is not archived once more.
    assertThat(archived("a")).isEqualTo(10);
  }

  @Test
  void aReplayGoesOnWhereItWasAndSendsNothingTwice() {
    archive("a", Optional.empty(), 0);
    for (int i = 0; i < 70; i++) {
      harness.put(
          IntStream.range(0, 10)
              .mapToObj(n -> entry("orders", "{\"n\":%d}".formatted(n)))
              .toArray(Publisher.Entry[]::new));
    }
    assertThat(harness.taken("q")).hasSize(700);
    replay("again", "a", START.minusSeconds(1), START.plusSeconds(1));
    // Nothing of what was to be done was done; then all of it is.
    harness.restart();
    assertThat(state("again")).isEqualTo(Replay.State.STARTING);
    harness.until(() -> state("again") == Replay.State.COMPLETED);
    assertThat(harness.bodies("q")).hasSize(700).doesNotHaveDuplicates();
    harness.restart();
    assertThat(state("again")).isEqualTo(Replay.State.COMPLETED);
  }

  @Test
  void aReplayIsCancelledOrFailsWithItsArchive() {
    archive("a", Optional.empty(), 0);
    harness.put(entry("orders", "{}"));
    assertThat(harness.taken("q")).hasSize(1);
    replay("r1", "a", START.minusSeconds(1), START.plusSeconds(1));
    assertThat(harness.bridge.replays().cancel("r1").state()).isEqualTo(Replay.State.CANCELLING);
    harness.until(() -> state("r1") == Replay.State.CANCELLED);
    assertThat(harness.taken("q")).isEmpty();
    refused(
        () -> harness.bridge.replays().cancel("r1"), "IllegalStatusException", "not in a valid");
    replay("r2", "a", START.minusSeconds(1), START.plusSeconds(1));
    harness.bridge.archives().delete("a");
    harness.until(() -> state("r2") == Replay.State.FAILED);
    assertThat(harness.bridge.replays().require("r2").reason())
        .contains("Archive a does not exist.");
  }

  @Test
  void replaysThatCannotBeAreRefused() {
    archive("a", Optional.empty(), 0);
    refused(
        () -> replay("r", "none", START, START.plusSeconds(1)),
        "ValidationException",
        "Parameter EventSourceArn is not valid. Reason: Archive none does not exist.");
    refused(
        () -> replay("r", "a", START, START),
        "ValidationException",
        "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.");
    refused(
        () -> replay("r", "a", START, START.plusSeconds(1), EVENTS + "rule/own/r"),
        "ValidationException",
        "no rule of the event bus");
    replay("r", "a", START, START.plusSeconds(1));
    refused(
        () -> replay("r", "a", START, START.plusSeconds(1)),
        "ResourceAlreadyExistsException",
        "Replay r already exists.");
  }

  @Test
  void eventsGoWhenTheyAreOlderThanTheyAreKept() {
    archive("a", Optional.empty(), 1);
    harness.put(entry("orders", "{}"));
    harness.later(Duration.ofDays(1).plusMinutes(1));
    harness.put(entry("orders", "{}"));
    assertThat(harness.taken("q")).hasSize(2);
    replay("r", "a", START.minusSeconds(1), START.plus(Duration.ofDays(3)));
    harness.until(() -> state("r") == Replay.State.COMPLETED);
    assertThat(harness.taken("q")).hasSize(1);
    harness.later(Duration.ofMinutes(2));
    harness.put(entry("orders", "{}"));
    assertThat(archived("a")).isEqualTo(2);
  }
}
