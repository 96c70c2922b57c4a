package io.mayfly.testing;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.waiters.LambdaWaiter;

/** The AWS SDK for Java against a platform, with what tests do again and again. Thread-safe. */
public final class Functions {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration POLL = Duration.ofMillis(50);

  private final LambdaClient client;
  private final LambdaWaiter waiter;
  private final String role;

  Functions(Mayfly mayfly) {
    role = "arn:aws:iam::%s:role/any".formatted(mayfly.account());
    client =
        LambdaClient.builder()
            .endpointOverride(mayfly.endpoint())
            .region(Region.of(mayfly.region()))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(mayfly.accessKey(), mayfly.secretKey())))
            .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(PATIENCE))
            // A test sees the first answer, and not the one that came after three refusals.
            .overrideConfiguration(
                settings ->
                    settings
                        .retryStrategy(retries -> retries.maxAttempts(1))
                        .apiCallTimeout(PATIENCE))
            .build();
    waiter =
        LambdaWaiter.builder()
            .client(client)
            .overrideConfiguration(
                settings ->
                    settings
                        .maxAttempts(10_000)
                        .waitTimeout(PATIENCE)
                        .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(POLL)))
            .build();
  }

  /** The SDK's client itself. */
  public LambdaClient client() {
    return client;
  }

  /** Creates a function and waits until it is active. */
  public String deploy(String name, String runtime, String handler, byte[] zip) {
    return deploy(name, runtime, handler, zip, request -> {});
  }

  /**
   * Creates a function and waits until it is active.
   *
   * @param more sets what the other arguments leave open
   * @return the name
   */
  public String deploy(
      String name,
      String runtime,
      String handler,
      byte[] zip,
      Consumer<CreateFunctionRequest.Builder> more) {
    create(name, runtime, handler, zip, more);
    waiter.waitUntilFunctionActiveV2(request -> request.functionName(name));
    return name;
  }

  /** Creates a function and does not wait. */
  public void create(
      String name,
      String runtime,
      String handler,
      byte[] zip,
      Consumer<CreateFunctionRequest.Builder> more) {
    client.createFunction(
        request -> {
          request
              .functionName(name)
              .runtime(runtime)
              .handler(handler)
              .role(role)
              .code(code -> code.zipFile(SdkBytes.fromByteArrayUnsafe(zip)));
          more.accept(request);
        });
  }

  /** Creates a function of Python code that defines {@code handler(event, context)}. */
  public String deployPython(String name, String code) {
    return deployPython(name, code, request -> {});
  }

  /** Creates a function of Python code that defines {@code handler(event, context)}. */
  public String deployPython(
      String name, String code, Consumer<CreateFunctionRequest.Builder> more) {
    return deploy(name, "provided.al2023", "app.handler", Custom.python(code), more);
  }

  /** Replaces a function's code and waits until that is done. */
  public void update(String name, byte[] zip) {
    client.updateFunctionCode(
        request -> request.functionName(name).zipFile(SdkBytes.fromByteArrayUnsafe(zip)));
    waiter.waitUntilFunctionUpdatedV2(request -> request.functionName(name));
  }

  /** Polls more often than the SDK's own waiters. */
  public LambdaWaiter waiter() {
    return waiter;
  }

  /** Deletes functions that tests have created. */
  public void delete(List<String> names) {
    names.forEach(name -> client.deleteFunction(request -> request.functionName(name)));
  }

  /** Calls a function and waits for what comes of it; the log's tail comes along. */
  public InvokeResponse invoke(String name, String event) {
    return invoke(name, event, request -> request);
  }

  /** Calls a function and waits for what comes of it; the log's tail comes along. */
  public InvokeResponse invoke(
      String name, String event, UnaryOperator<InvokeRequest.Builder> more) {
    InvokeRequest.Builder request =
        InvokeRequest.builder()
            .functionName(name)
            .logType(LogType.TAIL)
            .payload(SdkBytes.fromUtf8String(event));
    return client.invoke(more.apply(request).build());
  }

  /** Gives a function a URL that anybody may call, and returns it. */
  public String url(String name) {
    return client
        .createFunctionUrlConfig(
            request -> request.functionName(name).authType(FunctionUrlAuthType.NONE))
        .functionUrl();
  }
}
