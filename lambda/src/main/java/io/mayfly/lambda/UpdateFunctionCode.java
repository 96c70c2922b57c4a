package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
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
  private final CodeSigningConfigs signing;
  private final FunctionReferences references;

  UpdateFunctionCode(
      FunctionCatalog catalog, CodeSigningConfigs signing, FunctionReferences references) {
    this.catalog = catalog;
    this.signing = signing;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    Settings.onlyThisArchitecture(input.architectures());
    FunctionName function = references.unqualified(input.functionName());
    byte[] zip =
        input
            .zipFile()
            .orElseThrow(
                () ->
                    new MayflyException(
                        ErrorCode.INVALID_PARAMETER, "Please provide a source for function code."));
    signing.admit(function);
    if (input.dryRun().orElse(false)) {
      return FunctionConfiguration.unqualified(
          catalog.tryUpdateCode(function, zip, input.revisionId()), catalog.account());
    }
    return input.publish().orElse(false)
        ? FunctionConfiguration.qualified(
            catalog.updateCodeAndPublish(function, zip, input.revisionId()), catalog.account())
        : FunctionConfiguration.unqualified(
            catalog.updateCode(function, zip, input.revisionId()), catalog.account());
  }
}
