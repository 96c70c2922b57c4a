package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;

/** {@code ListTagsForResource}: the tags of a bus or rule. */
final class ListTagsForResource
    implements Operation<ListTagsForResource.Input, ListTagsForResource.Output> {
  record Input(String resourceARN) {}

  record Output(List<Tag> tags) {}

  private final EventBuses buses;

  ListTagsForResource(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return new Output(Tags.list(Tags.find(buses, input.resourceARN())));
  }
}
