package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.ConfigurationChange;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code UpdateFunctionConfiguration}. */
final class UpdateFunctionConfiguration
    implements Operation<UpdateFunctionConfiguration.Input, FunctionConfiguration> {
  record Input(
      String functionName,
      Optional<String> role,
      Optional<String> handler,
      Optional<String> description,
      Optional<Integer> timeout,
      Optional<Integer> memorySize,
      Optional<Settings.Environment> environment,
      Optional<String> runtime,
      Optional<Settings.TracingConfig> tracingConfig,
      Optional<String> revisionId,
      Optional<List<String>> layers,
      Optional<Settings.EphemeralStorage> ephemeralStorage,
      Optional<Settings.DeadLetters> deadLetterConfig,
      Optional<Settings.Vpc> vpcConfig,
      List<Settings.FileSystem> fileSystemConfigs,
      Optional<String> kmsKeyArn,
      Optional<Settings.SnapStart> snapStart,
      Optional<Settings.LoggingConfig> loggingConfig) {}

  private final FunctionCatalog catalog;
  private final CodeSigningConfigs signing;
  private final FunctionReferences references;

  UpdateFunctionConfiguration(
      FunctionCatalog catalog, CodeSigningConfigs signing, FunctionReferences references) {
    this.catalog = catalog;
    this.signing = signing;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    Settings.withinQuotas(input.timeout(), input.memorySize());
    Settings.onlyPassThrough(input.tracingConfig());
    Settings.onlyEmpty(input.vpcConfig(), input.fileSystemConfigs(), input.kmsKeyArn());
    FunctionName function = references.unqualified(input.functionName());
    if (!input.layers().orElse(List.of()).isEmpty()) {
      signing.admit(function);
    }
    ConfigurationChange change =
        new ConfigurationChange(
            input.description(),
            input.runtime(),
            input.handler(),
            input.role(),
            input.timeout().map(Duration::ofSeconds),
            input.memorySize().map(size -> DataSize.ofMegabytes(size)),
            input.ephemeralStorage().map(storage -> DataSize.ofMegabytes(storage.size())),
            input.environment().map(Settings.Environment::variables),
            input.layers(),
            input
                .snapStart()
                .filter(snap -> snap.applyOn().isPresent())
                .map(Settings.SnapStart::on),
            input.deadLetterConfig().map(letters -> letters.targetArn().orElse("")),
            Settings.logging(input.loggingConfig(), function));
    return FunctionConfiguration.unqualified(
        catalog.updateConfiguration(function, change, input.revisionId()), catalog.account());
  }
}
