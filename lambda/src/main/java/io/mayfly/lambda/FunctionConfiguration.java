package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.LoggingConfig;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The API's {@code FunctionConfiguration} shape. */
record FunctionConfiguration(
    String functionName,
    String functionArn,
    String runtime,
    String role,
    String handler,
    long codeSize,
    String description,
    int timeout,
    int memorySize,
    String lastModified,
    String codeSha256,
    String version,
    Optional<Settings.DeadLetters> deadLetterConfig,
    Optional<Environment> environment,
    Tracing tracingConfig,
    String revisionId,
    Optional<List<Layer>> layers,
    String state,
    Optional<String> stateReason,
    Optional<String> stateReasonCode,
    Optional<String> lastUpdateStatus,
    Optional<String> lastUpdateStatusReason,
    Optional<String> lastUpdateStatusReasonCode,
    String packageType,
    List<String> architectures,
    Storage ephemeralStorage,
    Snap snapStart,
    Logging loggingConfig,
    Optional<Settings.Tenancy> tenancyConfig) {
  /** The machine's processor, in Lambda's words. */
  static final String ARCHITECTURE =
      System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "x86_64";

  static final DateTimeFormatter LAST_MODIFIED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSZ", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  record Environment(Map<String, String> variables) {}

  record Tracing(String mode) {}

  record Layer(String arn, long codeSize) {}

  record Storage(int size) {}

  record Snap(String applyOn, String optimizationStatus) {}

  record Logging(
      String logFormat,
      Optional<String> applicationLogLevel,
      Optional<String> systemLogLevel,
      String logGroup) {}

  /** Describes a function as who names no version sees it. */
  static FunctionConfiguration unqualified(FunctionConfig config, Account account) {
    return of(config, account, Optional.empty());
  }

  /** Describes a version of a function under its own number. */
  static FunctionConfiguration qualified(FunctionConfig config, Account account) {
    return of(config, account, Optional.of(config.id().version()));
  }

  /**
   * Describes a version of a function.
   *
   * @param qualifier what the ARN ends in: what the caller named, if anything
   */
  static FunctionConfiguration of(
      FunctionConfig config, Account account, Optional<String> qualifier) {
    FunctionArn arn = new FunctionArn(account, config.name(), qualifier);
    Lifecycle lifecycle = config.lifecycle();
    return new FunctionConfiguration(
        config.name().value(),
        arn.toString(),
        config.runtime(),
        config.settings().role(),
        config.handler(),
        config.code().zippedBytes(),
        config.settings().description(),
        (int) config.timeout().toSeconds(),
        (int) config.memory().megabytes(),
        LAST_MODIFIED.format(config.lastModified()),
        config.code().base64(),
        config.id().version(),
        config.settings().deadLetter().map(queue -> new Settings.DeadLetters(Optional.of(queue))),
        config.environment().isEmpty()
            ? Optional.empty()
            : Optional.of(new Environment(config.environment())),
        new Tracing("PassThrough"),
        config.revisionId(),
        layers(config, account),
        lifecycle.state().wireName(),
        lifecycle.stateReason().map(Lifecycle.Reason::text),
        lifecycle.stateReason().map(Lifecycle.Reason::code),
        lifecycle.update().map(Lifecycle.UpdateStatus::wireName),
        lifecycle.updateReason().map(Lifecycle.Reason::text),
        lifecycle.updateReason().map(Lifecycle.Reason::code),
        "Zip",
        List.of(ARCHITECTURE),
        new Storage((int) config.ephemeralStorage().megabytes()),
        snap(config),
        logging(config),
        config.perTenant() ? Optional.of(Settings.Tenancy.PER_TENANT) : Optional.empty());
  }

  private static Logging logging(FunctionConfig config) {
    Optional<LoggingConfig.Levels> json = config.jsonLog();
    return new Logging(
        json.isPresent() ? "JSON" : "Text",
        json.map(levels -> levels.application().name()),
        json.map(levels -> levels.system().name()),
        Settings.logGroup(config.name()));
  }

  /** Instances of published versions start from what was made ready; {@code $LATEST} has no say. */
  private static Snap snap(FunctionConfig config) {
    boolean on = config.settings().snapStart();
    return new Snap(
        on ? Settings.PUBLISHED_VERSIONS : "None", on && !config.id().latest() ? "On" : "Off");
  }

  private static Optional<List<Layer>> layers(FunctionConfig config, Account account) {
    List<FunctionLayer> layers = config.settings().layers();
    return layers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            layers.stream()
                .map(layer -> new Layer(layer.id().arn(account), layer.code().zippedBytes()))
                .toList());
  }
}
