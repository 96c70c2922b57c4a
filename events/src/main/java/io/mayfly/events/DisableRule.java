package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code DisableRule}: events are not matched against it from now on. */
final class DisableRule implements Operation<DisableRule.Input, Operation.Nothing> {
  record Input(String name, Optional<String> eventBusName) {}

  private final EventBuses buses;

  DisableRule(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    buses.changeRule(
        new RuleKey(buses.arns().busNamed(input.eventBusName()), input.name()),
        rule -> rule.withState(Rule.DISABLED));
    return Nothing.VALUE;
  }
}
