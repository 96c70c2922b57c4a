package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code PutFunctionEventInvokeConfig}: all of it anew. */
final class PutFunctionEventInvokeConfig
    implements Operation<PutFunctionEventInvokeConfig.Input, AsyncSettings.Description> {
  record Input(
      String functionName,
      Optional<String> qualifier,
      Optional<Integer> maximumRetryAttempts,
      Optional<Integer> maximumEventAgeInSeconds,
      Optional<AsyncSettings.Destinations> destinationConfig) {}

  private final Account account;
  private final EventInvokeConfigs configs;
  private final FunctionReferences references;

  PutFunctionEventInvokeConfig(
      Account account, EventInvokeConfigs configs, FunctionReferences references) {
    this.account = account;
    this.configs = configs;
    this.references = references;
  }

  @Override
  public AsyncSettings.Description handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return AsyncSettings.Description.of(
        configs.put(
            arn.name(),
            arn.qualifier(),
            AsyncSettings.change(
                input.maximumRetryAttempts(),
                input.maximumEventAgeInSeconds(),
                input.destinationConfig())),
        account);
  }
}
