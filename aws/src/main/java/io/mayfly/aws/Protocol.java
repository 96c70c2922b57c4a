package io.mayfly.aws;

import java.util.Map;

/** How a service's calls travel over HTTP. Implementations hold no state. */
public sealed interface Protocol permits RestProtocol, AwsJsonProtocol, QueryProtocol {
  /** The protocol that {@code service} speaks. */
  static Protocol of(ServiceModel service) {
    String name = service.metadata().protocol();
    return switch (name) {
      case "rest-json" -> RestProtocol.JSON;
      case "rest-xml" -> RestProtocol.XML;
      case "json" -> AwsJsonProtocol.INSTANCE;
      case "query" -> QueryProtocol.INSTANCE;
      default -> throw new IllegalArgumentException("there is no protocol '" + name + "'");
    };
  }

  /**
   * The input of the call: values by member name (see {@link Shape}), not yet validated.
   *
   * @throws AwsException if the request is malformed
   */
  Map<String, Object> parse(Route route);

  /** The answer that carries {@code output}: values by member name. */
  WireResponse result(
      ServiceModel service, OperationModel operation, Map<String, Object> output, String requestId);

  /** The answer that carries an error. */
  WireResponse error(ServiceModel service, AwsException error, String requestId);
}
