package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code DeleteFunctionEventInvokeConfig}. */
final class DeleteFunctionEventInvokeConfig
    implements Operation<DeleteFunctionEventInvokeConfig.Input, Operation.Nothing> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final EventInvokeConfigs configs;
  private final FunctionReferences references;

  DeleteFunctionEventInvokeConfig(EventInvokeConfigs configs, FunctionReferences references) {
    this.configs = configs;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    configs.delete(arn.name(), arn.qualifier());
    return Nothing.VALUE;
  }
}
