package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.FunctionName;

/** {@code PutFunctionConcurrency}. */
final class PutFunctionConcurrency implements Operation<PutFunctionConcurrency.Input, Reservation> {
  record Input(String functionName, int reservedConcurrentExecutions) {}

  private final FunctionConcurrency concurrency;
  private final FunctionReferences references;

  PutFunctionConcurrency(FunctionConcurrency concurrency, FunctionReferences references) {
    this.concurrency = concurrency;
    this.references = references;
  }

  @Override
  public Reservation handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    concurrency.reserve(function, input.reservedConcurrentExecutions());
    return Reservation.of(concurrency.reserved(function));
  }
}
