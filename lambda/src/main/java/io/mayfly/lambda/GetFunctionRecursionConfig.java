package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.RecursiveLoops;

/** {@code GetFunctionRecursionConfig}. */
final class GetFunctionRecursionConfig
    implements Operation<GetFunctionRecursionConfig.Input, Recursion> {
  record Input(String functionName) {}

  private final RecursiveLoops loops;
  private final FunctionReferences references;

  GetFunctionRecursionConfig(RecursiveLoops loops, FunctionReferences references) {
    this.loops = loops;
    this.references = references;
  }

  @Override
  public Recursion handle(Input input, Caller caller) {
    return Recursion.of(loops.allowed(references.unqualified(input.functionName())));
  }
}
