package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSettingsRules {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:letters.fifo";

  @TempDir Path folder;

  private static ConfigurationChange change(
      Optional<String> runtime, Optional<Boolean> snapStart, Optional<String> deadLetter) {
    return new ConfigurationChange(
        Optional.empty(),
        runtime,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        snapStart,
        deadLetter,
        LoggingChange.NONE);
  }

  private static FunctionSettings update(CatalogHarness platform, ConfigurationChange change) {
    platform.catalog.updateConfiguration(NAME, change, Optional.empty());
    platform.catalog.awaitReady(NAME, Duration.ofSeconds(20));
    return platform.catalog.require(NAME).settings();
  }

  @Test
  void whatIsChangedOutlivesTheProcessAndIsKeptWithVersions() {
    try (CatalogHarness first = new CatalogHarness(folder)) {
      first.create(NAME);
      update(first, change(Optional.empty(), Optional.of(true), Optional.of(QUEUE)));
      first.catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
      update(first, change(Optional.empty(), Optional.empty(), Optional.of("")));
    }
    try (CatalogHarness second = new CatalogHarness(folder)) {
      List<FunctionSettings> settings =
          second.catalog.versions(NAME).stream().map(config -> config.settings()).toList();
      assertThat(settings).extracting(FunctionSettings::snapStart).containsExactly(true, true);
      assertThat(settings)
          .extracting(FunctionSettings::deadLetter)
          .containsExactly(Optional.empty(), Optional.of(QUEUE));
    }
  }

  @Test
  void snapStartIsForTheRuntimesThatHaveIt() {
    try (CatalogHarness platform = new CatalogHarness(folder)) {
      platform.create(NAME);
      for (String runtime : List.of("java11", "java25", "python3.13", "dotnet8")) {
        update(platform, change(Optional.of(runtime), Optional.of(true), Optional.empty()));
      }
      for (String runtime : List.of("nodejs22.x", "python3.11", "provided.al2023", "java8.al2")) {
        assertRefused(
            () ->
                update(platform, change(Optional.of(runtime), Optional.empty(), Optional.empty())),
            ErrorCode.INVALID_PARAMETER,
            runtime + " is not supported for SnapStart enabled functions.");
      }
      update(platform, change(Optional.of("nodejs22.x"), Optional.of(false), Optional.empty()));
    }
  }

  @Test
  void deadLettersGoToAQueueOrATopic() {
    try (CatalogHarness platform = new CatalogHarness(folder)) {
      platform.create(NAME);
      update(
          platform,
          change(
              Optional.empty(),
              Optional.empty(),
              Optional.of("arn:aws:sns:us-east-1:000000000000:topic")));
      for (String arn :
          List.of("queue", "arn:aws:s3:::bucket", "arn:aws:sqs:us-east-1:000000000000:a/b")) {
        assertRefused(
            () -> update(platform, change(Optional.empty(), Optional.empty(), Optional.of(arn))),
            ErrorCode.INVALID_PARAMETER,
            "The provided dead-letter target " + arn + " is neither");
      }
    }
  }
}
