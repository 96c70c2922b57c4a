package io.mayfly.aws;

import java.util.Map;

/** The query protocol. */
final class QueryProtocol implements Protocol {
  static final QueryProtocol INSTANCE = new QueryProtocol();

  private QueryProtocol() {}

  @Override
  public Map<String, Object> parse(Route route) {
    throw AwsException.unsupported("the query protocol");
  }

  @Override
  public WireResponse result(
      ServiceModel service,
      OperationModel operation,
      Map<String, Object> output,
      String requestId) {
    throw AwsException.unsupported("the query protocol");
  }

  @Override
  public WireResponse error(ServiceModel service, AwsException error, String requestId) {
    return XmlErrors.query(
        service,
        error,
        requestId,
        new Headers().set("x-amzn-RequestId", requestId).set("Content-Type", "text/xml"));
  }
}
