package io.mayfly.gateway;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.WireResponse;
import io.mayfly.aws.WireStream;
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
    return switch (endpoint.serve(request.wire())) {
      case WireResponse whole -> new HttpResponse.Whole(whole);
      case WireStream stream ->
          new HttpResponse.Streamed(stream.status(), stream.headers(), stream.body());
    };
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
