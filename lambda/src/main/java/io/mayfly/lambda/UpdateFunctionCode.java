package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import java.util.List;
import java.util.Optional;

/** {@code UpdateFunctionCode}, from a zip file given inline. */
final class UpdateFunctionCode
    implements Operation<UpdateFunctionCode.Input, FunctionConfiguration> {
  record Input(
      String functionName,
      Optional<byte[]> zipFile,
      List<String> architectures,
      Optional<Boolean> publish,
      Optional<Boolean> dryRun,
      Optional<String> revisionId) {}

  private final FunctionCatalog catalog;
  private final FunctionReferences references;

  UpdateFunctionCode(FunctionCatalog catalog, FunctionReferences references) {
    this.catalog = catalog;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    Settings.onlyUnpublished(input.publish());
    Settings.onlyThisArchitecture(input.architectures());
    FunctionName function = references.unqualified(input.functionName());
    byte[] zip =
        input
            .zipFile()
            .orElseThrow(
                () ->
                    new MayflyException(
                        ErrorCode.INVALID_PARAMETER, "Please provide a source for function code."));
    FunctionConfig config =
        input.dryRun().orElse(false)
            ? catalog.tryUpdateCode(function, zip, input.revisionId())
            : catalog.updateCode(function, zip, input.revisionId());
    return FunctionConfiguration.of(config, catalog.account(), false);
  }
}
