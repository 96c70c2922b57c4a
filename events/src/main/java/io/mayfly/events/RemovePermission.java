package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code RemovePermission}: a statement of a bus's policy, or all of them. */
final class RemovePermission implements Operation<RemovePermission.Input, Operation.Nothing> {
  record Input(
      Optional<String> statementId,
      Optional<Boolean> removeAllPermissions,
      Optional<String> eventBusName) {}

  private final EventBuses buses;

  RemovePermission(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    String name = input.eventBusName().orElse(EventArns.DEFAULT);
    var _ = buses.change(name, bus -> bus.withPolicy(rest(bus, input), buses.clock().instant()));
    return Nothing.VALUE;
  }

  private static Optional<String> rest(Bus bus, Input input) {
    if (input.removeAllPermissions().orElse(false)) {
      return Optional.empty();
    }
    String id =
        input
            .statementId()
            .orElseThrow(() -> EventsErrors.validation("Parameter StatementId is required."));
    if (bus.policy().isEmpty()) {
      throw EventsErrors.notFound("EventBus does not have a policy.");
    }
    BusPolicy policy = BusPolicy.of(bus);
    if (!policy.remove(id)) {
      throw EventsErrors.notFound("Statement with the provided id does not exist.");
    }
    return policy.text();
  }
}
