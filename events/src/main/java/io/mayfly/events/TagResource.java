package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;

/** {@code TagResource}: tags of a bus or rule, which replace those of their keys. */
final class TagResource implements Operation<TagResource.Input, Operation.Nothing> {
  record Input(String resourceARN, List<Tag> tags) {}

  private final EventBuses buses;

  TagResource(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    Tags.change(buses, input.resourceARN(), now -> Tags.with(now, input.tags()));
    return Nothing.VALUE;
  }
}
