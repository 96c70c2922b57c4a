package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.FunctionName;

/** {@code GetFunctionConcurrency}: empty for a function that has nothing reserved. */
final class GetFunctionConcurrency implements Operation<GetFunctionConcurrency.Input, Reservation> {
  record Input(String functionName) {}

  private final FunctionCatalog catalog;
  private final FunctionConcurrency concurrency;
  private final FunctionReferences references;

  GetFunctionConcurrency(
      FunctionCatalog catalog, FunctionConcurrency concurrency, FunctionReferences references) {
    this.catalog = catalog;
    this.concurrency = concurrency;
    this.references = references;
  }

  @Override
  public Reservation handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    catalog.require(function);
    return Reservation.of(concurrency.reserved(function));
  }
}
