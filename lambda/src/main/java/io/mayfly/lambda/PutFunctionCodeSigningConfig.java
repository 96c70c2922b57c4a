package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionName;
import java.util.Optional;

/** {@code PutFunctionCodeSigningConfig}. */
final class PutFunctionCodeSigningConfig
    implements Operation<PutFunctionCodeSigningConfig.Input, CodeSigning.Use> {
  record Input(String codeSigningConfigArn, String functionName) {}

  private final Account account;
  private final CodeSigningConfigs signing;
  private final FunctionReferences references;

  PutFunctionCodeSigningConfig(
      Account account, CodeSigningConfigs signing, FunctionReferences references) {
    this.account = account;
    this.signing = signing;
    this.references = references;
  }

  @Override
  public CodeSigning.Use handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    return CodeSigning.Use.of(
        function, Optional.of(signing.use(function, input.codeSigningConfigArn())), account);
  }
}
