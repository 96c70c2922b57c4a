package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code UpdateEventBus}: its description. */
final class UpdateEventBus implements Operation<UpdateEventBus.Input, UpdateEventBus.Output> {
  record Input(Optional<String> name, Optional<String> description) {}

  record Output(String arn, String name, Optional<String> description) {}

  private final EventBuses buses;

  UpdateEventBus(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Bus bus =
        buses.change(
            input.name().orElse(EventArns.DEFAULT),
            now -> now.withDescription(input.description(), buses.clock().instant()));
    return new Output(buses.arns().bus(bus.name()), bus.name(), bus.description());
  }
}
