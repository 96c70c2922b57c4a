package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.Optional;

/** {@code DescribeEventBus}: a bus by its name or ARN, the default one without. */
final class DescribeEventBus implements Operation<DescribeEventBus.Input, DescribeEventBus.Output> {
  record Input(Optional<String> name) {}

  record Output(
      String name,
      String arn,
      Optional<String> description,
      Optional<String> policy,
      Optional<Instant> creationTime,
      Optional<Instant> lastModifiedTime) {}

  private final EventBuses buses;

  DescribeEventBus(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Bus bus = buses.require(buses.arns().busNamed(input.name())).bus();
    return new Output(
        bus.name(),
        buses.arns().bus(bus.name()),
        bus.description(),
        bus.policy(),
        bus.created(),
        bus.modified());
  }
}
