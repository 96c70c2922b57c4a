package io.mayfly.lambda;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.model.FunctionName;
import java.util.Optional;

/** {@code GetProvisionedConcurrencyConfig}. */
final class GetProvisionedConcurrencyConfig
    implements Operation<GetProvisionedConcurrencyConfig.Input, Provisioned.Description> {
  record Input(String functionName, String qualifier) {}

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionConcurrency concurrency;
  private final Dispatcher dispatcher;
  private final FunctionReferences references;

  GetProvisionedConcurrencyConfig(
      FunctionCatalog catalog,
      Aliases aliases,
      FunctionConcurrency concurrency,
      Dispatcher dispatcher,
      FunctionReferences references) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.concurrency = concurrency;
    this.dispatcher = dispatcher;
    this.references = references;
  }

  @Override
  public Provisioned.Description handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    catalog.require(aliases.meant(function, Optional.of(input.qualifier())));
    return concurrency
        .find(function, input.qualifier())
        .map(setting -> Provisioned.of(setting, concurrency, dispatcher).describe())
        .orElseThrow(
            () ->
                new AwsException(
                    "ProvisionedConcurrencyConfigNotFoundException",
                    404,
                    "No Provisioned Concurrency Config found for this function"));
  }
}
