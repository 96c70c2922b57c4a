package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventInvokeConfig;
import io.mayfly.model.FunctionName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestEventInvokeConfigs {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final Optional<String> FUNCTION = Optional.empty();
  private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";

  @TempDir Path folder;
  private CatalogHarness platform;
  private Aliases aliases;
  private EventInvokeConfigs configs;

  @BeforeEach
  void start() {
    use(new CatalogHarness(folder));
    platform.create(NAME);
  }

  private void use(CatalogHarness next) {
    platform = next;
    aliases = new Aliases(platform.catalog, platform.store, () -> 0);
    configs =
        new EventInvokeConfigs(platform.catalog, aliases, platform.store, () -> CatalogHarness.NOW);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static EventInvokeConfigs.Change retries(int retries) {
    return new EventInvokeConfigs.Change(
        Optional.of(retries), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static EventInvokeConfigs.Change failuresTo(String destination) {
    return new EventInvokeConfigs.Change(
        Optional.empty(),
        Optional.of(Duration.ofHours(1)),
        Optional.empty(),
        Optional.of(destination));
  }

  @Test
  void putSaysAllAnewAndUpdateWhatIsGiven() {
    configs.put(NAME, FUNCTION, failuresTo(QUEUE));
    configs.update(NAME, FUNCTION, retries(0));
    use(platform.restart());
    assertThat(configs.require(NAME, FUNCTION))
        .isEqualTo(
            new EventInvokeConfig(
                NAME,
                "$LATEST",
                Optional.of(0),
                Optional.of(Duration.ofHours(1)),
                Optional.empty(),
                Optional.of(QUEUE),
                CatalogHarness.NOW));
    configs.update(NAME, FUNCTION, failuresTo(""));
    assertThat(configs.require(NAME, FUNCTION).onFailure()).contains("");
    configs.put(NAME, FUNCTION, retries(1));
    assertThat(configs.require(NAME, FUNCTION).eventAge()).isEmpty();
    configs.delete(NAME, FUNCTION);
    String none =
        "The function arn:aws:lambda:us-east-1:000000000000:function:thumb:$LATEST doesn't have an EventInvokeConfig";
    assertRefused(() -> configs.require(NAME, FUNCTION), ErrorCode.NOT_FOUND, none);
    assertRefused(() -> configs.update(NAME, FUNCTION, retries(1)), ErrorCode.NOT_FOUND, none);
    assertRefused(() -> configs.delete(NAME, FUNCTION), ErrorCode.NOT_FOUND, none);
  }

  @Test
  void versionsAndAliasesHaveTheirOwnWhichGoWithThem() {
    platform.catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
    aliases.create(NAME, "prod", "1", "", Map.of());
    configs.put(NAME, FUNCTION, retries(0));
    configs.put(NAME, Optional.of("1"), retries(1));
    configs.put(NAME, Optional.of("prod"), retries(2));
    assertThat(configs.list(NAME))
        .extracting(EventInvokeConfig::qualifier)
        .containsExactly("$LATEST", "1", "prod");
    aliases.delete(NAME, "prod");
    use(platform.restart());
    assertThat(configs.list(NAME)).extracting(EventInvokeConfig::qualifier).doesNotContain("prod");
    platform.catalog.delete(NAME);
    configs.forget(NAME);
    platform.create(NAME);
    assertThat(configs.list(NAME)).isEmpty();
    assertThat(platform.store.eventInvokeConfigs()).isEmpty();
  }

  @Test
  void whatCannotBeIsRefused() {
    assertRefused(
        () -> configs.put(NAME, Optional.of("prod"), retries(1)),
        ErrorCode.NOT_FOUND,
        "The function doesn't exist.");
    assertRefused(
        () ->
            configs.put(
                NAME,
                FUNCTION,
                new EventInvokeConfigs.Change(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty())),
        ErrorCode.INVALID_PARAMETER,
        "You must specify at least one of error handling or destination setting.");
    String function = "arn:aws:lambda:us-east-1:000000000000:function:";
    assertRefused(
        () -> configs.put(NAME, FUNCTION, failuresTo(function + "thumb")),
        ErrorCode.INVALID_PARAMETER,
        "You can't specify the function as a destination for itself.");
    for (String destination :
        List.of(function + "absent", "arn:aws:dynamodb:us-east-1:000000000000:table/a")) {
      assertRefused(
          () -> configs.put(NAME, FUNCTION, failuresTo(destination)),
          ErrorCode.INVALID_PARAMETER,
          "The destination ARN " + destination + " is invalid.");
    }
    assertThat(configs.list(NAME)).isEmpty();
  }
}
