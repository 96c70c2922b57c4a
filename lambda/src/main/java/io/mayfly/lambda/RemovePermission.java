package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code RemovePermission}, from a function, a version or an alias. */
final class RemovePermission implements Operation<RemovePermission.Input, Operation.Nothing> {
  record Input(
      String functionName,
      String statementId,
      Optional<String> qualifier,
      Optional<String> revisionId) {}

  private final FunctionPolicies policies;
  private final FunctionReferences references;

  RemovePermission(FunctionPolicies policies, FunctionReferences references) {
    this.policies = policies;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    policies.remove(arn.name(), arn.qualifier(), input.statementId(), input.revisionId());
    return Nothing.VALUE;
  }
}
