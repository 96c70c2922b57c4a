package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code ListEventBuses}: by name. */
final class ListEventBuses implements Operation<ListEventBuses.Input, ListEventBuses.Output> {
  record Input(Optional<String> namePrefix, Optional<String> nextToken, Optional<Integer> limit) {}

  record Output(List<Summary> eventBuses, Optional<String> nextToken) {}

  record Summary(
      String name,
      String arn,
      Optional<String> description,
      Optional<String> policy,
      Optional<Instant> creationTime,
      Optional<Instant> lastModifiedTime) {}

  private final EventBuses buses;

  ListEventBuses(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<LiveBus> page =
        Page.of(
            buses.list(input.namePrefix().orElse("")),
            bus -> bus.bus().name(),
            input.nextToken(),
            input.limit());
    return new Output(page.items().stream().map(bus -> summary(bus.bus())).toList(), page.next());
  }

  private Summary summary(Bus bus) {
    return new Summary(
        bus.name(),
        buses.arns().bus(bus.name()),
        bus.description(),
        bus.policy(),
        bus.created(),
        bus.modified());
  }
}
