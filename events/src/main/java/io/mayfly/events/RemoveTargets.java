package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code RemoveTargets}: targets of a rule, if they are there. */
final class RemoveTargets implements Operation<RemoveTargets.Input, RemoveTargets.Output> {
  record Input(
      String rule, Optional<String> eventBusName, List<String> ids, Optional<Boolean> force) {}

  record Output(int failedEntryCount, List<Failed> failedEntries) {}

  /** What was not removed, of which there is nothing. */
  record Failed(String targetId, String errorCode, String errorMessage) {}

  private final EventBuses buses;

  RemoveTargets(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Set<String> ids = Set.copyOf(input.ids());
    // Force is about rules that AWS's services manage, of which there are none.
    buses.changeRule(
        new RuleKey(buses.arns().busNamed(input.eventBusName()), input.rule()),
        rule ->
            rule.withTargets(
                rule.targets().stream().filter(target -> !ids.contains(target.id())).toList()));
    return new Output(0, List.of());
  }
}
