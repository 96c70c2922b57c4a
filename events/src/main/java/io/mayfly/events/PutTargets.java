package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code PutTargets}: new targets of a rule, or others in the place of those of their ids. */
final class PutTargets implements Operation<PutTargets.Input, PutTargets.Output> {
  record Input(String rule, Optional<String> eventBusName, List<RuleTarget> targets) {}

  record Output(int failedEntryCount, List<Failed> failedEntries) {}

  /** What was not put, of which there is nothing: a wrong target has all of the call refused. */
  record Failed(String targetId, String errorCode, String errorMessage) {}

  /** "Amazon EventBridge quotas" in the user guide. */
  private static final int MOST = 5;

  private final EventBuses buses;

  PutTargets(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    input.targets().forEach(TargetCheck::check);
    buses.changeRule(
        new RuleKey(buses.arns().busNamed(input.eventBusName()), input.rule()),
        rule -> rule.withTargets(with(rule.targets(), input.targets())));
    return new Output(0, List.of());
  }

  private static List<RuleTarget> with(List<RuleTarget> before, List<RuleTarget> given) {
    List<RuleTarget> targets = new ArrayList<>(before);
    for (RuleTarget target : given) {
      int place = 0;
      while (place < targets.size() && !targets.get(place).id().equals(target.id())) {
        place++;
      }
      if (place < targets.size()) {
        targets.set(place, target);
      } else {
        targets.add(target);
      }
    }
    if (targets.size() > MOST) {
      throw EventsErrors.tooMany();
    }
    return targets;
  }
}
