package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.RuntimeManagement;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code GetRuntimeManagementConfig}, of a version. */
final class GetRuntimeManagementConfig
    implements Operation<GetRuntimeManagementConfig.Input, RuntimeUpdates.Description> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final Account account;
  private final RuntimeManagement runtimes;
  private final FunctionReferences references;

  GetRuntimeManagementConfig(
      Account account, RuntimeManagement runtimes, FunctionReferences references) {
    this.account = account;
    this.runtimes = runtimes;
    this.references = references;
  }

  @Override
  public RuntimeUpdates.Description handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return RuntimeUpdates.Description.of(runtimes.get(arn.name(), arn.qualifier()), account);
  }
}
