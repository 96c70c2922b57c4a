package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code DeleteFunctionUrlConfig}. */
final class DeleteFunctionUrlConfig
    implements Operation<DeleteFunctionUrlConfig.Input, Operation.Nothing> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final FunctionUrls urls;
  private final FunctionReferences references;

  DeleteFunctionUrlConfig(FunctionUrls urls, FunctionReferences references) {
    this.urls = urls;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    urls.delete(arn.name(), arn.qualifier());
    return Nothing.VALUE;
  }
}
