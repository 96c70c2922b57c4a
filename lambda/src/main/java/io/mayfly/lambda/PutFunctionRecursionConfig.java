package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.RecursiveLoops;

/** {@code PutFunctionRecursionConfig}. */
final class PutFunctionRecursionConfig
    implements Operation<PutFunctionRecursionConfig.Input, Recursion> {
  record Input(String functionName, String recursiveLoop) {}

  private final RecursiveLoops loops;
  private final FunctionReferences references;

  PutFunctionRecursionConfig(RecursiveLoops loops, FunctionReferences references) {
    this.loops = loops;
    this.references = references;
  }

  @Override
  public Recursion handle(Input input, Caller caller) {
    loops.allow(
        references.unqualified(input.functionName()),
        input.recursiveLoop().equals(Recursion.ALLOW));
    return new Recursion(input.recursiveLoop());
  }
}
