package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;

/** {@code DeleteFunctionCodeSigningConfig}; where there is none, it is deleted too. */
final class DeleteFunctionCodeSigningConfig
    implements Operation<DeleteFunctionCodeSigningConfig.Input, Operation.Nothing> {
  record Input(String functionName) {}

  private final CodeSigningConfigs signing;
  private final FunctionReferences references;

  DeleteFunctionCodeSigningConfig(CodeSigningConfigs signing, FunctionReferences references) {
    this.signing = signing;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    signing.stopUse(references.unqualified(input.functionName()));
    return Nothing.VALUE;
  }
}
