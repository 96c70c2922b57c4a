package io.mayfly.aws;

import java.util.Map;
import java.util.Optional;

/**
 * What a request means: which operation of which service.
 *
 * @param labels the labels of the URI template, decoded; empty where the protocol has none
 */
public record Route(
    ServiceModel service,
    OperationModel operation,
    Map<String, String> labels,
    WireRequest request) {

  /**
   * A label of the URI template, decoded.
   *
   * @throws IllegalArgumentException if the operation's template has no such label
   */
  public String label(String name) {
    String value = labels.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the template has no label " + name);
    }
    return value;
  }

  /** The same call with another body and headers. */
  Route with(WireRequest other) {
    return new Route(service, operation, labels, other);
  }

  /**
   * The first value of a query parameter, decoded.
   *
   * @throws AwsException if the query's encoding is broken
   */
  public Optional<String> queryParameter(String name) {
    return request.queryParameter(name);
  }
}
