package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.FunctionConfig;
import java.util.List;
import java.util.Optional;

/** {@code ListFunctions}, by name, at most 50 to a page. */
final class ListFunctions implements Operation<ListFunctions.Input, ListFunctions.Output> {
  /** {@code FunctionVersion=ALL}, the only value there is, lists every version of each. */
  record Input(
      Optional<String> functionVersion, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(Optional<String> nextMarker, List<FunctionConfiguration> functions) {}

  private final FunctionCatalog catalog;

  ListFunctions(FunctionCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    boolean all = input.functionVersion().isPresent();
    Page<FunctionConfig> page =
        Page.of(
            all ? catalog.listVersions() : catalog.list(),
            config -> Page.key(config.id()),
            input.marker(),
            input.maxItems());
    return new Output(
        page.next(),
        page.items().stream()
            .map(
                config ->
                    all
                        ? FunctionConfiguration.qualified(config, catalog.account())
                        : FunctionConfiguration.unqualified(config, catalog.account()))
            .toList());
  }
}
