package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;

/** {@code GetFunctionScalingConfig}, which is for functions on capacity providers alone. */
final class GetFunctionScalingConfig
    implements Operation<GetFunctionScalingConfig.Input, GetFunctionScalingConfig.Output> {
  record Input(String functionName, String qualifier) {}

  record Output(String functionArn) {}

  private final FunctionCatalog catalog;
  private final FunctionReferences references;

  GetFunctionScalingConfig(FunctionCatalog catalog, FunctionReferences references) {
    this.catalog = catalog;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    throw ManagedInstances.none(
        catalog, references.unqualified(input.functionName()), input.qualifier());
  }
}
