package io.mayfly.aws;

import java.util.Map;
import java.util.Optional;

/**
 * The json 1.0 and 1.1 protocols: every call is a POST to {@code /} whose {@code X-Amz-Target}
 * header names the operation and whose body is a JSON object.
 */
final class AwsJsonProtocol implements Protocol {
  static final AwsJsonProtocol INSTANCE = new AwsJsonProtocol();
  private static final JsonBody BODY = new JsonBody();

  private AwsJsonProtocol() {}

  @Override
  public Map<String, Object> parse(Route route) {
    Shape.Structure input = route.service().input(route.operation());
    return BODY.read(ContentCoding.body(route), input, Optional.empty());
  }

  @Override
  public WireResponse result(
      ServiceModel service,
      OperationModel operation,
      Map<String, Object> output,
      String requestId) {
    byte[] body =
        operation.outputShape().isEmpty()
            ? new byte[0]
            : BODY.write(
                output,
                service.output(operation),
                new BodyFormat.Root(operation.name(), Optional.empty()));
    return new WireResponse(200, headers(service, requestId), body);
  }

  @Override
  public WireResponse error(ServiceModel service, AwsException error, String requestId) {
    return JsonErrors.json(service, error, headers(service, requestId));
  }

  private static Headers headers(ServiceModel service, String requestId) {
    String version = service.metadata().jsonVersion().orElse("1.1");
    return new Headers()
        .set("x-amzn-RequestId", requestId)
        .set("Content-Type", "application/x-amz-json-" + version);
  }
}
