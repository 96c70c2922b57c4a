package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.model.FunctionName;

/** {@code DeleteAlias}; one that is not there is deleted too, as on Lambda. */
final class DeleteAlias implements Operation<DeleteAlias.Input, Operation.Nothing> {
  record Input(String functionName, String name) {}

  private final Aliases aliases;
  private final FunctionPolicies policies;
  private final EventInvokeConfigs events;
  private final FunctionReferences references;

  DeleteAlias(
      Aliases aliases,
      FunctionPolicies policies,
      EventInvokeConfigs events,
      FunctionReferences references) {
    this.aliases = aliases;
    this.policies = policies;
    this.events = events;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    aliases.delete(function, input.name());
    policies.forget(function, input.name());
    events.forget(function, input.name());
    return Nothing.VALUE;
  }
}
