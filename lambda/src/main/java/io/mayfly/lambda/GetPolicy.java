package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.PolicyDocument;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.ResourcePolicy;
import java.util.Optional;

/** {@code GetPolicy}, of a function, a version or an alias. */
final class GetPolicy implements Operation<GetPolicy.Input, GetPolicy.Output> {
  record Input(String functionName, Optional<String> qualifier) {}

  record Output(String policy, String revisionId) {}

  private final FunctionPolicies policies;
  private final FunctionReferences references;

  GetPolicy(FunctionPolicies policies, FunctionReferences references) {
    this.policies = policies;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    ResourcePolicy policy = policies.require(arn.name(), arn.qualifier());
    return new Output(PolicyDocument.of(policy), policy.revisionId());
  }
}
