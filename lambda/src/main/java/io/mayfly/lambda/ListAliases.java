package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.model.Account;
import io.mayfly.model.Alias;
import java.util.List;
import java.util.Optional;

/** {@code ListAliases}, by name; with a version, those that stand for it. */
final class ListAliases implements Operation<ListAliases.Input, ListAliases.Output> {
  record Input(
      String functionName,
      Optional<String> functionVersion,
      Optional<String> marker,
      Optional<Integer> maxItems) {}

  record Output(Optional<String> nextMarker, List<AliasConfiguration> aliases) {}

  private final Account account;
  private final Aliases aliases;
  private final FunctionReferences references;

  ListAliases(Account account, Aliases aliases, FunctionReferences references) {
    this.account = account;
    this.aliases = aliases;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    List<Alias> all =
        aliases.list(references.unqualified(input.functionName())).stream()
            .filter(alias -> input.functionVersion().map(alias::uses).orElse(true))
            .toList();
    Page<Alias> page = Page.of(all, Alias::name, input.marker(), input.maxItems());
    return new Output(
        page.next(),
        page.items().stream().map(alias -> AliasConfiguration.of(alias, account)).toList());
  }
}
