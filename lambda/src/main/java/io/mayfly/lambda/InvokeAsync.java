package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.RawOperation;
import io.mayfly.aws.Route;
import io.mayfly.aws.WireResponse;

/** {@code InvokeAsync}, which Lambda has replaced by {@code Invoke} of type {@code Event}. */
final class InvokeAsync implements RawOperation {
  private final InvokeRequests requests;

  InvokeAsync(InvokeRequests requests) {
    this.requests = requests;
  }

  @Override
  public WireResponse handle(Route route, Caller caller) {
    return requests.accept(requests.function(route), route.request(), caller);
  }
}
