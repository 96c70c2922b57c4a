package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.FunctionConfig;
import java.util.List;
import java.util.Optional;

/** {@code ListFunctions}, by name, at most 50 to a page. */
final class ListFunctions implements Operation<ListFunctions.Input, ListFunctions.Output> {
  /** {@code FunctionVersion=ALL} lists published versions too, of which there are none. */
  record Input(
      Optional<String> functionVersion, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(Optional<String> nextMarker, List<FunctionConfiguration> functions) {}

  private final FunctionCatalog catalog;

  ListFunctions(FunctionCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<FunctionConfig> page =
        Page.of(catalog.list(), config -> config.name().value(), input.marker(), input.maxItems());
    boolean qualified = input.functionVersion().isPresent();
    return new Output(
        page.next(),
        page.items().stream()
            .map(config -> FunctionConfiguration.of(config, catalog.account(), qualified))
            .toList());
  }
}
