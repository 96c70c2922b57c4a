package io.mayfly.gateway;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.Headers;
import io.mayfly.aws.WireResponse;
import io.mayfly.model.ErrorCode;
import java.nio.charset.StandardCharsets;

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

  /** Lambda's answer to a body that was not read to its end. */
  HttpResponse tooLarge(String message) {
    ErrorCode code = ErrorCode.REQUEST_TOO_LARGE;
    return new HttpResponse.Whole(
        new WireResponse(
            code.status(),
            new Headers()
                .set("content-type", "application/json")
                .set("x-amzn-errortype", code.wireCode())
                .set("x-amzn-requestid", endpoint.newRequestId()),
            "{\"Type\":\"User\",\"message\":\"%s\"}"
                .formatted(message)
                .getBytes(StandardCharsets.UTF_8)));
  }
}
