package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionConcurrency;

/** {@code DeleteFunctionConcurrency}. */
final class DeleteFunctionConcurrency
    implements Operation<DeleteFunctionConcurrency.Input, Operation.Nothing> {
  record Input(String functionName) {}

  private final FunctionConcurrency concurrency;
  private final FunctionReferences references;

  DeleteFunctionConcurrency(FunctionConcurrency concurrency, FunctionReferences references) {
    this.concurrency = concurrency;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    concurrency.unreserve(references.unqualified(input.functionName()));
    return Nothing.VALUE;
  }
}
