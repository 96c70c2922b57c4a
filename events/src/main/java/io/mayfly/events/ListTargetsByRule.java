package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** {@code ListTargetsByRule}: the targets of a rule, by id. */
final class ListTargetsByRule
    implements Operation<ListTargetsByRule.Input, ListTargetsByRule.Output> {
  record Input(
      String rule,
      Optional<String> eventBusName,
      Optional<String> nextToken,
      Optional<Integer> limit) {}

  record Output(List<RuleTarget> targets, Optional<String> nextToken) {}

  private final EventBuses buses;

  ListTargetsByRule(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Rule rule =
        buses
            .requireRule(new RuleKey(buses.arns().busNamed(input.eventBusName()), input.rule()))
            .rule();
    Page<RuleTarget> page =
        Page.of(
            rule.targets().stream().sorted(Comparator.comparing(RuleTarget::id)).toList(),
            RuleTarget::id,
            input.nextToken(),
            input.limit());
    return new Output(page.items(), page.next());
  }
}
