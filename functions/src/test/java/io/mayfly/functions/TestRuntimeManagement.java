package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.RuntimeManagementConfig;
import io.mayfly.model.RuntimeManagementConfig.Update;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRuntimeManagement {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final Optional<String> LATEST = Optional.empty();
  private static final Optional<String> FIRST = Optional.of("1");

  @TempDir Path folder;
  private CatalogHarness platform;
  private RuntimeManagement management;

  @BeforeEach
  void start() {
    use(new CatalogHarness(folder), "3.12.4");
    platform.create(NAME);
    platform.catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private void use(CatalogHarness next, String installed) {
    platform = next;
    management = new RuntimeManagement(platform.catalog, platform.store, runtime -> installed);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private RuntimeManagementConfig put(Optional<String> qualifier, Update update) {
    return management.put(NAME, qualifier, update, Optional.empty());
  }

  @Test
  void versionsHaveTheirOwnWhichOutliveTheProcessAndGoWithThem() {
    assertThat(management.get(NAME, LATEST))
        .isEqualTo(RuntimeManagementConfig.auto(NAME, "$LATEST"));
    put(FIRST, Update.FUNCTION_UPDATE);
    String arn = management.arnOf("python3.12");
    management.put(NAME, LATEST, Update.MANUAL, Optional.of(arn));
    use(platform.restart(), "3.12.5");
    assertThat(management.get(NAME, FIRST).update()).isEqualTo(Update.FUNCTION_UPDATE);
    assertThat(management.get(NAME, LATEST).runtimeVersionArn()).contains(arn);
    platform.catalog.delete(FunctionVersion.of(NAME, 1));
    management.forget(NAME, "1");
    assertThat(platform.store.runtimeManagement())
        .extracting(RuntimeManagementConfig::qualifier)
        .containsExactly("$LATEST");
    platform.catalog.delete(NAME);
    management.forget(NAME);
    platform.create(NAME);
    assertThat(management.get(NAME, LATEST).update()).isEqualTo(Update.AUTO);
  }

  @Test
  void onlyTheVersionThatTheMachineHasCanBePinned() {
    String arn = management.arnOf("python3.12");
    assertThat(arn).matches("arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}");
    use(platform.restart(), "3.12.5");
    assertRefused(
        () -> management.put(NAME, LATEST, Update.MANUAL, Optional.of(arn)),
        ErrorCode.INVALID_PARAMETER,
        "of python3.12 this machine has " + management.arnOf("python3.12"));
    String either =
        "RuntimeVersionArn must be specified if UpdateRuntimeOn is Manual, and cannot be otherwise.";
    assertRefused(() -> put(LATEST, Update.MANUAL), ErrorCode.INVALID_PARAMETER, either);
    assertRefused(
        () -> management.put(NAME, LATEST, Update.AUTO, Optional.of(arn)),
        ErrorCode.INVALID_PARAMETER,
        either);
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertRefused(
        () -> management.get(new FunctionName("absent"), LATEST),
        ErrorCode.NOT_FOUND,
        "Function not found");
    assertRefused(
        () -> put(Optional.of("2"), Update.AUTO), ErrorCode.NOT_FOUND, "Function not found");
    assertRefused(
        () -> put(Optional.of("prod"), Update.AUTO), ErrorCode.INVALID_PARAMETER, "'prod'");
  }
}
