package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.CodeSigningConfig;
import io.mayfly.model.FunctionName;
import java.util.List;
import java.util.Optional;

/** The API's words for a code signing configuration, and their translation. */
final class CodeSigning {
  private CodeSigning() {}

  /** The API's {@code AllowedPublishers} shape. */
  record Publishers(List<String> signingProfileVersionArns) {}

  /** The API's {@code CodeSigningPolicies} shape. */
  record Policies(Optional<String> untrustedArtifactOnDeployment) {
    private static final String WARN = "Warn";
    private static final String ENFORCE = "Enforce";

    Optional<CodeSigningConfig.Policy> policy() {
      return untrustedArtifactOnDeployment.map(
          name ->
              name.equals(ENFORCE)
                  ? CodeSigningConfig.Policy.ENFORCE
                  : CodeSigningConfig.Policy.WARN);
    }

    static Policies of(CodeSigningConfig.Policy policy) {
      return new Policies(
          Optional.of(
              switch (policy) {
                case WARN -> WARN;
                case ENFORCE -> ENFORCE;
              }));
    }
  }

  /** The API's {@code CodeSigningConfig} shape. */
  record Description(
      String codeSigningConfigId,
      String codeSigningConfigArn,
      String description,
      Publishers allowedPublishers,
      Policies codeSigningPolicies,
      String lastModified) {
    static Description of(CodeSigningConfig config, Account account) {
      return new Description(
          config.id(),
          config.arn(account),
          config.description(),
          new Publishers(config.publishers()),
          Policies.of(config.policy()),
          FunctionConfiguration.LAST_MODIFIED.format(config.lastModified()));
    }
  }

  /** What create, update and get return. */
  record Output(Description codeSigningConfig) {
    static Output of(CodeSigningConfig config, Account account) {
      return new Output(Description.of(config, account));
    }
  }

  /** Which configuration a function uses; nothing if it uses none. */
  record Use(Optional<String> codeSigningConfigArn, Optional<String> functionName) {
    static Use of(FunctionName function, Optional<CodeSigningConfig> config, Account account) {
      return new Use(config.map(used -> used.arn(account)), config.map(used -> function.value()));
    }
  }
}
