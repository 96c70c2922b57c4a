package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.RawOperation;
import io.mayfly.aws.Route;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.model.FunctionArn;
import java.util.Base64;

/**
 * {@code Invoke}. The answer is not looked at, and a streamed one is gathered; an event that is
 * handled later has none.
 */
final class Invoke implements RawOperation {
  private final InvokeRequests requests;
  private final Dispatcher dispatcher;

  Invoke(InvokeRequests requests, Dispatcher dispatcher) {
    this.requests = requests;
    this.dispatcher = dispatcher;
  }

  @Override
  public WireResponse handle(Route route, Caller caller) {
    WireRequest wire = route.request();
    FunctionArn arn = requests.function(route);
    String type = InvokeRequests.invocationType(wire);
    boolean tail = InvokeRequests.wantsTail(wire);
    return switch (type) {
      case "RequestResponse" ->
          respond(dispatcher.invoke(requests.of(arn, wire, caller)), caller, tail);
      case "DryRun" -> requests.dryRun(arn, wire, caller);
      case "Event" -> requests.accept(arn, wire, caller);
      default ->
          throw InvokeRequests.invalid("invocationType", type, "[Event, RequestResponse, DryRun]");
    };
  }

  private static WireResponse respond(InvokeResult result, Caller caller, boolean tail) {
    Headers headers =
        InvokeRequests.identified(caller)
            .set("content-type", result.contentType())
            .set("x-amz-executed-version", result.version());
    if (result.failure().isPresent()) {
      headers.set("x-amz-function-error", "Unhandled");
    }
    if (tail) {
      headers.set("x-amz-log-result", Base64.getEncoder().encodeToString(result.logTail()));
    }
    return new WireResponse(200, headers, result.payload());
  }
}
