package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.FunctionName;

/** {@code DeleteProvisionedConcurrencyConfig}; one that is not there is deleted too. */
final class DeleteProvisionedConcurrencyConfig
    implements Operation<DeleteProvisionedConcurrencyConfig.Input, Operation.Nothing> {
  record Input(String functionName, String qualifier) {}

  private final FunctionCatalog catalog;
  private final FunctionConcurrency concurrency;
  private final FunctionReferences references;

  DeleteProvisionedConcurrencyConfig(
      FunctionCatalog catalog, FunctionConcurrency concurrency, FunctionReferences references) {
    this.catalog = catalog;
    this.concurrency = concurrency;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    catalog.require(function);
    concurrency.unprovision(function, input.qualifier());
    return Nothing.VALUE;
  }
}
