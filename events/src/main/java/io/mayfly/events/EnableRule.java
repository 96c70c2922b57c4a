package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code EnableRule}: events are matched against it from now on. */
final class EnableRule implements Operation<EnableRule.Input, Operation.Nothing> {
  record Input(String name, Optional<String> eventBusName) {}

  private final EventBuses buses;

  EnableRule(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    buses.changeRule(
        new RuleKey(buses.arns().busNamed(input.eventBusName()), input.name()),
        rule -> rule.withState(Rule.ENABLED));
    return Nothing.VALUE;
  }
}
