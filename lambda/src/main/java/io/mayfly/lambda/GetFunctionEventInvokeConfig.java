package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code GetFunctionEventInvokeConfig}. */
final class GetFunctionEventInvokeConfig
    implements Operation<GetFunctionEventInvokeConfig.Input, AsyncSettings.Description> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final Account account;
  private final EventInvokeConfigs configs;
  private final FunctionReferences references;

  GetFunctionEventInvokeConfig(
      Account account, EventInvokeConfigs configs, FunctionReferences references) {
    this.account = account;
    this.configs = configs;
    this.references = references;
  }

  @Override
  public AsyncSettings.Description handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return AsyncSettings.Description.of(configs.require(arn.name(), arn.qualifier()), account);
  }
}
