package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;

/** {@code DeleteCodeSigningConfig}, of one that no function uses. */
final class DeleteCodeSigningConfig
    implements Operation<DeleteCodeSigningConfig.Input, Operation.Nothing> {
  record Input(String codeSigningConfigArn) {}

  private final CodeSigningConfigs signing;

  DeleteCodeSigningConfig(CodeSigningConfigs signing) {
    this.signing = signing;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    signing.delete(input.codeSigningConfigArn());
    return Nothing.VALUE;
  }
}
