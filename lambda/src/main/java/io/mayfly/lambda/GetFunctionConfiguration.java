package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code GetFunctionConfiguration}. */
final class GetFunctionConfiguration
    implements Operation<GetFunctionConfiguration.Input, FunctionConfiguration> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final FunctionCatalog catalog;
  private final FunctionReferences references;

  GetFunctionConfiguration(FunctionCatalog catalog, FunctionReferences references) {
    this.catalog = catalog;
    this.references = references;
  }

  @Override
  public FunctionConfiguration handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return FunctionConfiguration.of(
        catalog.require(arn.name()), catalog.account(), arn.qualifier().isPresent());
  }
}
