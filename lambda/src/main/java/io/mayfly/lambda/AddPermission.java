package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.Permission;
import io.mayfly.functions.PolicyDocument;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code AddPermission}, for a function, a version or an alias. */
final class AddPermission implements Operation<AddPermission.Input, AddPermission.Output> {
  record Input(
      String functionName,
      String statementId,
      String action,
      String principal,
      Optional<String> sourceArn,
      Optional<String> functionUrlAuthType,
      Optional<Boolean> invokedViaFunctionUrl,
      Optional<String> sourceAccount,
      Optional<String> eventSourceToken,
      Optional<String> qualifier,
      Optional<String> revisionId,
      Optional<String> principalOrgId) {}

  record Output(String statement) {}

  private final FunctionPolicies policies;
  private final FunctionReferences references;

  AddPermission(FunctionPolicies policies, FunctionReferences references) {
    this.policies = policies;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    Permission permission =
        new Permission(
            input.statementId(),
            input.action(),
            input.principal(),
            input.sourceArn(),
            input.sourceAccount(),
            input.eventSourceToken(),
            input.principalOrgId(),
            input.functionUrlAuthType(),
            input.invokedViaFunctionUrl());
    return new Output(
        PolicyDocument.of(
            policies.add(arn.name(), arn.qualifier(), permission, input.revisionId())));
  }
}
