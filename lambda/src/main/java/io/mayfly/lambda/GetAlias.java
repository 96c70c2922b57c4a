package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.model.Account;

/** {@code GetAlias}. */
final class GetAlias implements Operation<GetAlias.Input, AliasConfiguration> {
  record Input(String functionName, String name) {}

  private final Account account;
  private final Aliases aliases;
  private final FunctionReferences references;

  GetAlias(Account account, Aliases aliases, FunctionReferences references) {
    this.account = account;
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public AliasConfiguration handle(Input input, Caller caller) {
    return AliasConfiguration.of(
        aliases.require(references.unqualified(input.functionName()), input.name()), account);
  }
}
