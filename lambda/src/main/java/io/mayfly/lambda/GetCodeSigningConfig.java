package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;

/** {@code GetCodeSigningConfig}. */
final class GetCodeSigningConfig
    implements Operation<GetCodeSigningConfig.Input, CodeSigning.Output> {
  record Input(String codeSigningConfigArn) {}

  private final Account account;
  private final CodeSigningConfigs signing;

  GetCodeSigningConfig(Account account, CodeSigningConfigs signing) {
    this.account = account;
    this.signing = signing;
  }

  @Override
  public CodeSigning.Output handle(Input input, Caller caller) {
    return CodeSigning.Output.of(signing.require(input.codeSigningConfigArn()), account);
  }
}
