package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.FunctionName;
import io.mayfly.model.ProvisionedConcurrency;
import java.util.List;
import java.util.Optional;

/** {@code ListProvisionedConcurrencyConfigs}, by qualifier. */
final class ListProvisionedConcurrencyConfigs
    implements Operation<
        ListProvisionedConcurrencyConfigs.Input, ListProvisionedConcurrencyConfigs.Output> {
  record Input(String functionName, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(
      List<Provisioned.Item> provisionedConcurrencyConfigs, Optional<String> nextMarker) {}

  private final FunctionCatalog catalog;
  private final FunctionConcurrency concurrency;
  private final Dispatcher dispatcher;
  private final FunctionReferences references;

  ListProvisionedConcurrencyConfigs(
      FunctionCatalog catalog,
      FunctionConcurrency concurrency,
      Dispatcher dispatcher,
      FunctionReferences references) {
    this.catalog = catalog;
    this.concurrency = concurrency;
    this.dispatcher = dispatcher;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    catalog.require(function);
    Page<ProvisionedConcurrency> page =
        Page.of(
            concurrency.list(function),
            ProvisionedConcurrency::qualifier,
            input.marker(),
            input.maxItems());
    return new Output(
        page.items().stream()
            .map(
                setting -> Provisioned.of(setting, concurrency, dispatcher).item(catalog.account()))
            .toList(),
        page.next());
  }
}
