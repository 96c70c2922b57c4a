package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.model.Account;
import java.util.Optional;

/** {@code UpdateAlias}. A routing configuration without weights takes away what there was. */
final class UpdateAlias implements Operation<UpdateAlias.Input, AliasConfiguration> {
  record Input(
      String functionName,
      String name,
      Optional<String> functionVersion,
      Optional<String> description,
      Optional<AliasConfiguration.Routing> routingConfig,
      Optional<String> revisionId) {}

  private final Account account;
  private final Aliases aliases;
  private final FunctionReferences references;

  UpdateAlias(Account account, Aliases aliases, FunctionReferences references) {
    this.account = account;
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public AliasConfiguration handle(Input input, Caller caller) {
    return AliasConfiguration.of(
        aliases.update(
            references.unqualified(input.functionName()),
            input.name(),
            input.functionVersion(),
            input.description(),
            input.routingConfig().map(AliasConfiguration.Routing::additionalVersionWeights),
            input.revisionId()),
        account);
  }
}
