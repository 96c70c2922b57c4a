package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.model.Account;
import java.util.Map;
import java.util.Optional;

/** {@code CreateAlias}. */
final class CreateAlias implements Operation<CreateAlias.Input, AliasConfiguration> {
  record Input(
      String functionName,
      String name,
      String functionVersion,
      Optional<String> description,
      Optional<AliasConfiguration.Routing> routingConfig) {}

  private final Account account;
  private final Aliases aliases;
  private final FunctionReferences references;

  CreateAlias(Account account, Aliases aliases, FunctionReferences references) {
    this.account = account;
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public AliasConfiguration handle(Input input, Caller caller) {
    return AliasConfiguration.of(
        aliases.create(
            references.unqualified(input.functionName()),
            input.name(),
            input.functionVersion(),
            input.description().orElse(""),
            input
                .routingConfig()
                .map(AliasConfiguration.Routing::additionalVersionWeights)
                .orElse(Map.of())),
        account);
  }
}
