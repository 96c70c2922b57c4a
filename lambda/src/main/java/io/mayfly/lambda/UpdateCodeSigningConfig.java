package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;
import java.util.Optional;

/** {@code UpdateCodeSigningConfig}. */
final class UpdateCodeSigningConfig
    implements Operation<UpdateCodeSigningConfig.Input, CodeSigning.Output> {
  record Input(
      String codeSigningConfigArn,
      Optional<String> description,
      Optional<CodeSigning.Publishers> allowedPublishers,
      Optional<CodeSigning.Policies> codeSigningPolicies) {}

  private final Account account;
  private final CodeSigningConfigs signing;

  UpdateCodeSigningConfig(Account account, CodeSigningConfigs signing) {
    this.account = account;
    this.signing = signing;
  }

  @Override
  public CodeSigning.Output handle(Input input, Caller caller) {
    return CodeSigning.Output.of(
        signing.update(
            input.codeSigningConfigArn(),
            input.description(),
            input.allowedPublishers().map(CodeSigning.Publishers::signingProfileVersionArns),
            input.codeSigningPolicies().flatMap(CodeSigning.Policies::policy)),
        account);
  }
}
