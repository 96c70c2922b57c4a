package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.Deployment;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.LoggingConfig;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code CreateFunction}, from a zip file given inline. */
final class CreateFunction implements Operation<CreateFunction.Input, FunctionConfiguration> {
  record Input(
      String functionName,
      Optional<String> runtime,
      String role,
      Optional<String> handler,
      Code code,
      Optional<String> description,
      Optional<Integer> timeout,
      Optional<Integer> memorySize,
      Optional<Boolean> publish,
      Optional<String> packageType,
      Optional<Settings.Environment> environment,
      Optional<Settings.TracingConfig> tracingConfig,
      Map<String, String> tags,
      List<String> layers,
      Optional<String> codeSigningConfigArn,
      List<String> architectures,
      Optional<Settings.EphemeralStorage> ephemeralStorage,
      Optional<Settings.DeadLetters> deadLetterConfig,
      Optional<Settings.Vpc> vpcConfig,
      List<Settings.FileSystem> fileSystemConfigs,
      Optional<String> kmsKeyArn,
      Optional<Settings.SnapStart> snapStart,
      Optional<Settings.LoggingConfig> loggingConfig,
      Optional<Settings.Tenancy> tenancyConfig) {}

  record Code(Optional<byte[]> zipFile) {}

  private final FunctionCatalog catalog;
  private final CodeSigningConfigs signing;
  private final FunctionReferences references;

  CreateFunction(
      FunctionCatalog catalog, CodeSigningConfigs signing, FunctionReferences references) {
    this.catalog = catalog;
    this.signing = signing;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    Settings.withinQuotas(input.timeout(), input.memorySize());
    Settings.only("PackageType", input.packageType(), "Zip");
    Settings.onlyPassThrough(input.tracingConfig());
    Settings.onlyEmpty(input.vpcConfig(), input.fileSystemConfigs(), input.kmsKeyArn());
    Settings.onlyThisArchitecture(input.architectures());
    if (input.runtime().isEmpty() || input.handler().isEmpty()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
    }
    FunctionName name = references.unqualified(input.functionName());
    LoggingConfig logging =
        Settings.logging(input.loggingConfig(), name).applyTo(LoggingConfig.TEXT);
    Deployment deployment =
        new Deployment(
            name,
            new FunctionSettings(
                    input.description().orElse(""),
                    input.runtime().get(),
                    input.handler().get(),
                    input.role(),
                    input.timeout().map(Duration::ofSeconds).orElse(Deployment.DEFAULT_TIMEOUT),
                    input
                        .memorySize()
                        .map(size -> DataSize.ofMegabytes(size))
                        .orElse(Deployment.DEFAULT_MEMORY),
                    input
                        .ephemeralStorage()
                        .map(storage -> DataSize.ofMegabytes(storage.size()))
                        .orElse(Deployment.DEFAULT_STORAGE),
                    input.environment().map(Settings.Environment::variables).orElse(Map.of()))
                .withSnapStart(input.snapStart().map(Settings.SnapStart::on).orElse(false))
                .withDeadLetter(
                    input
                        .deadLetterConfig()
                        .flatMap(Settings.DeadLetters::targetArn)
                        .filter(arn -> !arn.isEmpty()))
                .withLogging(logging),
            input.tags(),
            input.layers(),
            input.tenancyConfig().isPresent());
    byte[] zip =
        input
            .code()
            .zipFile()
            .orElseThrow(
                () ->
                    new MayflyException(
                        ErrorCode.INVALID_PARAMETER, "Please provide a source for function code."));
    boolean publish = input.publish().orElse(false);
    FunctionConfig created =
        input
            .codeSigningConfigArn()
            .map(
                arn ->
                    signing.create(deployment.name(), arn, () -> create(deployment, zip, publish)))
            .orElseGet(() -> create(deployment, zip, publish));
    return publish
        ? FunctionConfiguration.qualified(created, catalog.account())
        : FunctionConfiguration.unqualified(created, catalog.account());
  }

  private FunctionConfig create(Deployment deployment, byte[] zip, boolean publish) {
    return publish ? catalog.createAndPublish(deployment, zip) : catalog.create(deployment, zip);
  }
}
