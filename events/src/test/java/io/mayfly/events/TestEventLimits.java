package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.CALLER;
import static io.mayfly.events.BridgeHarness.EVENTS;
import static io.mayfly.events.BridgeHarness.SQS;
import static io.mayfly.events.BridgeHarness.START;
import static io.mayfly.events.BridgeHarness.refused;
import static io.mayfly.events.BridgeHarness.target;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How much there may be of everything: up to the bound, and beyond. */
@Timeout(180)
class TestEventLimits {
  private static final String TOO_MANY =
      "The requested resource exceeds the maximum number allowed.";

  @TempDir Path folder;
  private BridgeHarness harness;

  @BeforeEach
  void open() {
    harness = new BridgeHarness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private static void tooMany(Runnable action) {
    refused(action, "LimitExceededException", TOO_MANY);
  }

  private static List<Tag> tags(int count) {
    return IntStream.range(0, count).mapToObj(n -> new Tag("k" + n, "v")).toList();
  }

  @Test
  void busesAndArchives() {
    for (int n = 1; n < EventBuses.MOST_BUSES; n++) {
      harness.buses.create("b" + n, Optional.empty(), Map.of());
    }
    tooMany(() -> harness.buses.create("more", Optional.empty(), Map.of()));
    harness.buses.delete("b1");
    harness.buses.create("more", Optional.empty(), Map.of());
    for (int n = 0; n < Archives.MOST; n++) {
      harness.bridge.archives().create(archive("a" + n));
    }
    tooMany(() -> harness.bridge.archives().create(archive("more")));
  }

  private static Archive archive(String name) {
    return new Archive(name, "default", Optional.empty(), Optional.empty(), 0, START);
  }

  @Test
  void targetsTagsAndPolicies() {
    RuleTarget[] five =
        IntStream.range(0, 5).mapToObj(n -> target("t" + n, SQS + "q")).toArray(RuleTarget[]::new);
    harness.rule("r", "{\"source\":[\"s\"]}", five);
    tooMany(() -> harness.rule("r", "{\"source\":[\"s\"]}", target("sixth", SQS + "q")));
    harness.rule("r", "{\"source\":[\"s\"]}", target("t0", SQS + "other"));
    String arn = EVENTS + "event-bus/default";
    var _ = new TagResource(harness.buses).handle(new TagResource.Input(arn, tags(50)), CALLER);
    tooMany(
        () ->
            new TagResource(harness.buses)
                .handle(new TagResource.Input(arn, List.of(new Tag("more", ""))), CALLER));
    refused(
        () ->
            new TagResource(harness.buses)
                .handle(new TagResource.Input(arn, List.of(new Tag("aws:x", ""))), CALLER),
        "ValidationException",
        "reserved");
    PutPermission put = new PutPermission(harness.buses, text -> {});
    String longest = "x".repeat(BusPolicy.LONGEST);
    var _ = put.handle(policy(longest), CALLER);
    refused(
        () -> put.handle(policy(longest + "x"), CALLER), "PolicyLengthExceededException", "10240");
    assertThat(harness.buses.require("default").bus().policy()).contains(longest);
  }

  private static PutPermission.Input policy(String text) {
    return new PutPermission.Input(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(text));
  }

  @Test
  void replaysAtATime() {
    harness.bridge.archives().create(archive("a"));
    for (int n = 0; n < Replays.MOST_ACTIVE; n++) {
      harness.bridge.replays().begin(replay("r" + n));
    }
    tooMany(() -> harness.bridge.replays().begin(replay("more")));
    harness.until(
        () -> harness.bridge.replays().list("").stream().noneMatch(each -> each.state().active()));
    harness.bridge.replays().begin(replay("more"));
  }

  private static Replay replay(String name) {
    return new Replay(
        name,
        Optional.empty(),
        "a",
        "default",
        List.of(),
        START,
        START.plusSeconds(1),
        Replay.State.STARTING,
        Optional.empty(),
        Optional.empty(),
        START,
        Optional.empty());
  }

  @Test
  void pagesOfListsTogetherAreAll() {
    for (int n = 0; n < 25; n++) {
      harness.rule("r%02d".formatted(n), "{\"source\":[\"s\"]}");
    }
    Optional<String> token = Optional.empty();
    int seen = 0;
    do {
      ListRules.Output page =
          new ListRules(harness.buses)
              .handle(
                  new ListRules.Input(Optional.of("r"), Optional.empty(), token, Optional.of(10)),
                  CALLER);
      seen += page.rules().size();
      token = page.nextToken();
    } while (token.isPresent());
    assertThat(seen).isEqualTo(25);
    refused(
        () ->
            new ListRules(harness.buses)
                .handle(
                    new ListRules.Input(
                        Optional.empty(), Optional.empty(), Optional.of("*"), Optional.empty()),
                    CALLER),
        "ValidationException",
        "NextToken");
  }
}
