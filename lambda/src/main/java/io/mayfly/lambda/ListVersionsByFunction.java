package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.FunctionConfig;
import java.util.List;
import java.util.Optional;

/** {@code ListVersionsByFunction}: {@code $LATEST}, then the others in their order. */
final class ListVersionsByFunction
    implements Operation<ListVersionsByFunction.Input, ListVersionsByFunction.Output> {
  record Input(String functionName, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(Optional<String> nextMarker, List<FunctionConfiguration> versions) {}

  private final FunctionCatalog catalog;
  private final FunctionReferences references;

  ListVersionsByFunction(FunctionCatalog catalog, FunctionReferences references) {
    this.catalog = catalog;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<FunctionConfig> page =
        Page.of(
            catalog.versions(references.unqualified(input.functionName())),
            config -> Page.key(config.id()),
            input.marker(),
            input.maxItems());
    return new Output(
        page.next(),
        page.items().stream()
            .map(config -> FunctionConfiguration.qualified(config, catalog.account()))
            .toList());
  }
}
