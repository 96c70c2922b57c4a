package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code GetFunctionConfiguration}. */
final class GetFunctionConfiguration
    implements Operation<GetFunctionConfiguration.Input, FunctionConfiguration> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionReferences references;

  GetFunctionConfiguration(
      FunctionCatalog catalog, Aliases aliases, FunctionReferences references) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return FunctionConfiguration.of(
        catalog.require(aliases.meant(arn.name(), arn.qualifier())),
        catalog.account(),
        arn.qualifier());
  }
}
