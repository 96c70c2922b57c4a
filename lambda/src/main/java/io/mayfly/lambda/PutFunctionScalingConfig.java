package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import java.util.Optional;

/** {@code PutFunctionScalingConfig}, which is for functions on capacity providers alone. */
final class PutFunctionScalingConfig
    implements Operation<PutFunctionScalingConfig.Input, PutFunctionScalingConfig.Output> {
  record Input(String functionName, String qualifier, Optional<Bounds> functionScalingConfig) {}

  record Bounds(
      Optional<Integer> minExecutionEnvironments, Optional<Integer> maxExecutionEnvironments) {}

  record Output(String functionState) {}

  private final FunctionCatalog catalog;
  private final FunctionReferences references;

  PutFunctionScalingConfig(FunctionCatalog catalog, FunctionReferences references) {
    this.catalog = catalog;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    throw ManagedInstances.none(
        catalog, references.unqualified(input.functionName()), input.qualifier());
  }
}
