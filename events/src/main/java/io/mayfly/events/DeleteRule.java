package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code DeleteRule}: which must have no targets; also where there is none of this name. */
final class DeleteRule implements Operation<DeleteRule.Input, Operation.Nothing> {
  record Input(String name, Optional<String> eventBusName, Optional<Boolean> force) {}

  private final EventBuses buses;

  DeleteRule(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    // Force is about rules that AWS's services manage, of which there are none.
    buses.deleteRule(new RuleKey(buses.arns().busNamed(input.eventBusName()), input.name()));
    return Nothing.VALUE;
  }
}
