package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code DeleteEventBus}: also where there is none of this name. */
final class DeleteEventBus implements Operation<DeleteEventBus.Input, Operation.Nothing> {
  record Input(String name) {}

  private final EventBuses buses;

  DeleteEventBus(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    buses.delete(input.name());
    return Nothing.VALUE;
  }
}
