package io.mayfly.gateway;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;

/** Hands requests to the AWS endpoint. */
public final class AwsHandler implements HttpHandler {
  private final AwsEndpoint endpoint;

  public AwsHandler(AwsEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    return new HttpResponse.Whole(endpoint.serve(request.wire()));
  }

  @Override
  public HttpResponse tooLarge(HttpRequest request, long limit) {
    String operation = limit == Limits.REQUEST_BYTES ? " for the InvokeFunction operation" : "";
    return new HttpResponse.Whole(
        endpoint.refuse(
            request.wire(),
            new MayflyException(
                ErrorCode.REQUEST_TOO_LARGE,
                "Request must be smaller than %d bytes%s".formatted(limit, operation)),
            endpoint.newRequestId()));
  }
}
