package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code CreateEventBus}: a bus of one's own. */
final class CreateEventBus implements Operation<CreateEventBus.Input, CreateEventBus.Output> {
  record Input(String name, Optional<String> description, List<Tag> tags) {}

  record Output(String eventBusArn, Optional<String> description) {}

  private final EventBuses buses;

  CreateEventBus(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    if (input.name().contains("/")) {
      // Only buses of partners have one.
      throw EventsErrors.invalid("Name", "Event bus name must not contain '/'.");
    }
    buses.create(input.name(), input.description(), Tags.of(input.tags()));
    return new Output(buses.arns().bus(input.name()), input.description());
  }
}
