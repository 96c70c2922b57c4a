package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code ListRuleNamesByTarget}: the rules of a bus that tell a target. */
final class ListRuleNamesByTarget
    implements Operation<ListRuleNamesByTarget.Input, ListRuleNamesByTarget.Output> {
  record Input(
      String targetArn,
      Optional<String> eventBusName,
      Optional<String> nextToken,
      Optional<Integer> limit) {}

  record Output(List<String> ruleNames, Optional<String> nextToken) {}

  private final EventBuses buses;

  ListRuleNamesByTarget(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    List<String> names =
        buses.require(buses.arns().busNamed(input.eventBusName())).rules().stream()
            .map(LiveRule::rule)
            .filter(
                rule ->
                    rule.targets().stream()
                        .anyMatch(target -> target.arn().equals(input.targetArn())))
            .map(Rule::name)
            .toList();
    Page<String> page = Page.of(names, name -> name, input.nextToken(), input.limit());
    return new Output(page.items(), page.next());
  }
}
