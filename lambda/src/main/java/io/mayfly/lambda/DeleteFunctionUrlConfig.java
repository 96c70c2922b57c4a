package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionUrls;

/** {@code DeleteFunctionUrlConfig}. */
final class DeleteFunctionUrlConfig
    implements Operation<DeleteFunctionUrlConfig.Input, Operation.Nothing> {
  record Input(String functionName) {}

  private final FunctionUrls urls;
  private final FunctionReferences references;

  DeleteFunctionUrlConfig(FunctionUrls urls, FunctionReferences references) {
    this.urls = urls;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    urls.delete(references.unqualified(input.functionName()));
    return Nothing.VALUE;
  }
}
