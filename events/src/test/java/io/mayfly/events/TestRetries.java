package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.SQS;
import static io.mayfly.events.BridgeHarness.attribute;
import static io.mayfly.events.BridgeHarness.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.events.BridgeHarness.Made;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.NewMessage;
import io.mayfly.triggers.Targets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Targets that cannot be told for now. */
@Timeout(180)
class TestRetries {
  private static final String ORDERS = "{\"source\":[\"orders\"]}";
  private static final String FLAKY = "arn:aws:flaky:us-east-1:000000000000:target";

  @TempDir Path folder;
  private BridgeHarness harness;
  private Optional<ErrorCode> failure = Optional.of(ErrorCode.SERVICE_UNAVAILABLE);
  private final List<Instant> tried = new ArrayList<>();

  @BeforeEach
  void open() {
    harness = new BridgeHarness(folder);
    flaky();
    harness.queue("told");
    harness.queue("dead");
  }

  @AfterEach
  void close() {
    harness.close();
  }

  /** A kind of target that fails as the test says, and else writes to the queue "told". */
  private void flaky() {
    harness.targets.add(
        "flaky",
        new Targets.Kind(
            "flaky:Tell",
            (arn, notice) -> {
              tried.add(harness.now.get());
              failure.ifPresent(
                  code -> {
                    throw new MayflyException(code, "come back later");
                  });
              return List.of(
                  new Forward(
                      harness.queue("told"),
                      new NewMessage(
                          UUID.randomUUID(),
                          notice.body(),
                          Map.of(),
                          Map.of(),
                          Optional.empty(),
                          Optional.empty(),
                          Optional.empty())));
            }));
  }

  private void tryAgain() {
    int before = tried.size();
    harness.later(Duration.ofMinutes(20));
    harness.until(() -> tried.size() > before);
  }

  @Test
  void anEventComesWhenItsTargetCanBeToldAgainAlsoAfterARestart() {
    harness.rule("r", ORDERS, new Made("t", FLAKY).path("$.detail").target());
    assertThat(harness.put(entry("orders", "{\"n\":1}")).getFirst().eventId()).isPresent();
    assertThat(harness.bridge.retrying()).isEqualTo(1);
    assertThat(tried).hasSize(1);
    tryAgain();
    harness.restart();
    flaky();
    failure = Optional.empty();
    tryAgain();
    harness.until(() -> harness.bridge.retrying() == 0);
    assertThat(harness.bodies("told")).containsExactly("{\"n\":1}");
  }

  @Test
  void pausesDoubleUpToTenMinutesAndAreSpread() {
    Random random = new Random(7);
    for (int attempts = 0; attempts < 185; attempts++) {
      long least = Math.min(600_000, 1000L << Math.min(attempts, 30));
      assertThat(Retries.delay(attempts, random).toMillis())
          .as("attempt %d", attempts)
          .isBetween(least, least * 3 / 2);
    }
  }

  @Test
  void afterItsRetriesAnEventIsGivenUp() {
    harness.rule(
        "r", ORDERS, new Made("t", FLAKY).retry(2, 86_400).deadLetters(SQS + "dead").target());
    harness.put(entry("orders", "{}"));
    tryAgain();
    tryAgain();
    harness.until(() -> harness.bridge.retrying() == 0);
    List<Delivery> dead = harness.taken("dead");
    assertThat(dead).hasSize(1);
    assertThat(attribute(dead.getFirst(), "EXHAUSTED_RETRY_CONDITION"))
        .isEqualTo("MaximumRetryAttempts");
    assertThat(attribute(dead.getFirst(), "RETRY_ATTEMPTS")).isEqualTo("2");
    assertThat(attribute(dead.getFirst(), "ERROR_MESSAGE")).isEqualTo("come back later");
    assertThat(tried).hasSize(3);
  }

  @Test
  void anEventThatIsTooOldIsGivenUp() {
    harness.rule(
        "r", ORDERS, new Made("t", FLAKY).retry(185, 60).deadLetters(SQS + "dead").target());
    harness.put(entry("orders", "{}"));
    tryAgain();
    harness.until(() -> harness.bridge.retrying() == 0);
    assertThat(attribute(harness.taken("dead").getFirst(), "EXHAUSTED_RETRY_CONDITION"))
        .isEqualTo("MaximumEventAgeInSeconds");
  }

  @Test
  void withoutRetriesAnEventIsGivenUpAtOnce() {
    harness.rule("r", ORDERS, new Made("t", FLAKY).retry(0, 60).deadLetters(SQS + "dead").target());
    harness.put(entry("orders", "{}"));
    assertThat(harness.taken("dead")).hasSize(1);
    assertThat(harness.bridge.retrying()).isZero();
  }

  @Test
  void whatCanNeverBeToldIsNotTriedAgain() {
    failure = Optional.of(ErrorCode.INVALID_PARAMETER);
    harness.rule("r", ORDERS, new Made("t", FLAKY).deadLetters(SQS + "dead").target());
    harness.put(entry("orders", "{}"));
    assertThat(harness.bridge.retrying()).isZero();
    assertThat(harness.taken("dead").getFirst().attributes())
        .doesNotContainKey("EXHAUSTED_RETRY_CONDITION");
  }

  @Test
  void aTargetThatIsGoneIsNotTold() {
    harness.rule("r", ORDERS, new Made("t", FLAKY).target());
    harness.put(entry("orders", "{}"));
    harness.buses.changeRule(new RuleKey("default", "r"), rule -> rule.withTargets(List.of()));
    harness.later(Duration.ofMinutes(1));
    harness.until(() -> harness.bridge.retrying() == 0);
    assertThat(tried).hasSize(1);
  }
}
