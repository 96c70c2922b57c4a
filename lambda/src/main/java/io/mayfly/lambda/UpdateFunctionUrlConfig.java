package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionUrl;
import java.util.Optional;

/** {@code UpdateFunctionUrlConfig}. */
final class UpdateFunctionUrlConfig
    implements Operation<UpdateFunctionUrlConfig.Input, UrlConfig.Description> {
  record Input(
      String functionName,
      Optional<String> qualifier,
      Optional<String> authType,
      Optional<UrlConfig.CorsSettings> cors,
      Optional<String> invokeMode) {}

  private final FunctionUrls urls;
  private final FunctionReferences references;
  private final UrlConfig translation;

  UpdateFunctionUrlConfig(FunctionUrls urls, FunctionReferences references, UrlConfig translation) {
    this.urls = urls;
    this.references = references;
    this.translation = translation;
  }

  @Override
  public UrlConfig.Description handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    return translation.describe(
        urls.update(
            arn.name(),
            arn.qualifier(),
            input.authType().map(FunctionUrl.AuthType::valueOf),
            input.cors().map(UrlConfig.CorsSettings::toModel),
            input.invokeMode().map(FunctionUrl.InvokeMode::valueOf)));
  }
}
