package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import java.util.Optional;

/** {@code PublishVersion}: what {@code $LATEST} is now, as a version that never changes. */
final class PublishVersion implements Operation<PublishVersion.Input, FunctionConfiguration> {
  record Input(
      String functionName,
      Optional<String> codeSha256,
      Optional<String> description,
      Optional<String> revisionId) {}

  private final FunctionCatalog catalog;
  private final FunctionReferences references;

  PublishVersion(FunctionCatalog catalog, FunctionReferences references) {
    this.catalog = catalog;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    return FunctionConfiguration.qualified(
        catalog.publish(
            references.unqualified(input.functionName()),
            input.codeSha256(),
            input.description(),
            input.revisionId()),
        catalog.account());
  }
}
