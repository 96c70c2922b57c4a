package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.CodeSigningConfig;
import java.util.Map;
import java.util.Optional;

/** {@code CreateCodeSigningConfig}. */
final class CreateCodeSigningConfig
    implements Operation<CreateCodeSigningConfig.Input, CodeSigning.Output> {
  record Input(
      Optional<String> description,
      CodeSigning.Publishers allowedPublishers,
      Optional<CodeSigning.Policies> codeSigningPolicies,
      Map<String, String> tags) {}

  private final Account account;
  private final CodeSigningConfigs signing;

  CreateCodeSigningConfig(Account account, CodeSigningConfigs signing) {
    this.account = account;
    this.signing = signing;
  }

  @Override
  public CodeSigning.Output handle(Input input, Caller caller) {
    return CodeSigning.Output.of(
        signing.create(
            input.description().orElse(""),
            input.allowedPublishers().signingProfileVersionArns(),
            input
                .codeSigningPolicies()
                .flatMap(CodeSigning.Policies::policy)
                .orElse(CodeSigningConfig.Policy.WARN),
            input.tags()),
        account);
  }
}
