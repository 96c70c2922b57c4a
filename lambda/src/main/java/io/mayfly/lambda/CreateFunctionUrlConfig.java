package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionUrl;
import java.util.Optional;

/** {@code CreateFunctionUrlConfig}. */
final class CreateFunctionUrlConfig
    implements Operation<CreateFunctionUrlConfig.Input, CreateFunctionUrlConfig.Output> {
  record Input(
      String functionName,
      Optional<String> qualifier,
      String authType,
      Optional<UrlConfig.CorsSettings> cors,
      Optional<String> invokeMode) {}

  record Output(
      String functionUrl,
      String functionArn,
      String authType,
      Optional<UrlConfig.CorsSettings> cors,
      String creationTime,
      String invokeMode) {}

  private final FunctionUrls urls;
  private final FunctionReferences references;
  private final UrlConfig translation;

  CreateFunctionUrlConfig(FunctionUrls urls, FunctionReferences references, UrlConfig translation) {
    this.urls = urls;
    this.references = references;
    this.translation = translation;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    UrlConfig.Description made =
        translation.describe(
            urls.create(
                arn.name(),
                arn.qualifier(),
                FunctionUrl.AuthType.valueOf(input.authType()),
                input.cors().map(UrlConfig.CorsSettings::toModel),
                UrlConfig.invokeMode(input.invokeMode())));
    return new Output(
        made.functionUrl(),
        made.functionArn(),
        made.authType(),
        made.cors(),
        made.creationTime(),
        made.invokeMode());
  }
}
