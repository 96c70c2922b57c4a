package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionName;

/** {@code GetFunctionCodeSigningConfig}; empty for a function that uses none, as on Lambda. */
final class GetFunctionCodeSigningConfig
    implements Operation<GetFunctionCodeSigningConfig.Input, CodeSigning.Use> {
  record Input(String functionName) {}

  private final Account account;
  private final CodeSigningConfigs signing;
  private final FunctionReferences references;

  GetFunctionCodeSigningConfig(
      Account account, CodeSigningConfigs signing, FunctionReferences references) {
    this.account = account;
    this.signing = signing;
    this.references = references;
  }

  @Override
  public CodeSigning.Use handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    return CodeSigning.Use.of(function, signing.of(function), account);
  }
}
