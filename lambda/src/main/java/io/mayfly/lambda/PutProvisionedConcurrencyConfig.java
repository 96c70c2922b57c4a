package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.functions.FunctionConcurrency;

/** {@code PutProvisionedConcurrencyConfig}. */
final class PutProvisionedConcurrencyConfig
    implements Operation<PutProvisionedConcurrencyConfig.Input, Provisioned.Description> {
  record Input(String functionName, String qualifier, int provisionedConcurrentExecutions) {}

  private final FunctionConcurrency concurrency;
  private final Dispatcher dispatcher;
  private final FunctionReferences references;

  PutProvisionedConcurrencyConfig(
      FunctionConcurrency concurrency, Dispatcher dispatcher, FunctionReferences references) {
    this.concurrency = concurrency;
    this.dispatcher = dispatcher;
    this.references = references;
  }

  @Override
  public Provisioned.Description handle(Input input, Caller caller) {
    return Provisioned.of(
            concurrency.provision(
                references.unqualified(input.functionName()),
                input.qualifier(),
                input.provisionedConcurrentExecutions()),
            concurrency,
            dispatcher)
        .describe();
  }
}
