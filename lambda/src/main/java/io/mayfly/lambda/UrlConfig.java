package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionUrl;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The API's words for a function URL, and their translation. */
final class UrlConfig {
  private final Account account;
  private final Function<String, String> address;

  /**
   * Wires a translation.
   *
   * @param address the URL under which an id is served
   */
  UrlConfig(Account account, Function<String, String> address) {
    this.account = account;
    this.address = address;
  }

  /** The API's {@code Cors} shape. */
  record CorsSettings(
      Optional<Boolean> allowCredentials,
      List<String> allowHeaders,
      List<String> allowMethods,
      List<String> allowOrigins,
      List<String> exposeHeaders,
      Optional<Integer> maxAge) {
    FunctionUrl.Cors toModel() {
      return new FunctionUrl.Cors(
          allowCredentials,
          allowHeaders,
          allowMethods,
          allowOrigins,
          exposeHeaders,
          maxAge.map(Duration::ofSeconds));
    }

    static CorsSettings of(FunctionUrl.Cors cors) {
      return new CorsSettings(
          cors.allowCredentials(),
          cors.allowHeaders(),
          cors.allowMethods(),
          cors.allowOrigins(),
          cors.exposeHeaders(),
          cors.maxAge().map(age -> (int) age.toSeconds()));
    }
  }

  /** The API's {@code FunctionUrlConfig} shape, which get, update and list return. */
  record Description(
      String functionUrl,
      String functionArn,
      String authType,
      Optional<CorsSettings> cors,
      String creationTime,
      String lastModifiedTime,
      String invokeMode) {}

  Description describe(FunctionUrl url) {
    return new Description(
        address.apply(url.id()),
        new FunctionArn(account, url.function(), url.alias()).toString(),
        url.authType().name(),
        url.cors().map(CorsSettings::of),
        url.created().toString(),
        url.lastModified().toString(),
        url.invokeMode().name());
  }

  static FunctionUrl.InvokeMode invokeMode(Optional<String> mode) {
    return mode.map(FunctionUrl.InvokeMode::valueOf).orElse(FunctionUrl.InvokeMode.BUFFERED);
  }
}
