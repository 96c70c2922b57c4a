package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.FunctionArn;
import java.util.Optional;

/** {@code GetFunctionUrlConfig}. */
final class GetFunctionUrlConfig
    implements Operation<GetFunctionUrlConfig.Input, UrlConfig.Description> {
  record Input(String functionName, Optional<String> qualifier) {}

  private final FunctionUrls urls;
  private final FunctionReferences references;
  private final UrlConfig translation;

  GetFunctionUrlConfig(FunctionUrls urls, FunctionReferences references, UrlConfig translation) {
    this.urls = urls;
    this.references = references;
    this.translation = translation;
  }

  @Override
  public UrlConfig.Description handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return translation.describe(urls.require(arn.name(), arn.qualifier()));
  }
}
