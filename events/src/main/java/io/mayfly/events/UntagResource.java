package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;

/** {@code UntagResource}: tags of a bus or rule, by their keys. */
final class UntagResource implements Operation<UntagResource.Input, Operation.Nothing> {
  record Input(String resourceARN, List<String> tagKeys) {}

  private final EventBuses buses;

  UntagResource(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    Tags.change(buses, input.resourceARN(), now -> Tags.without(now, input.tagKeys()));
    return Nothing.VALUE;
  }
}
