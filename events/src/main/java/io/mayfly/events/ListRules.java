package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code ListRules}: of one bus, by name. */
final class ListRules implements Operation<ListRules.Input, ListRules.Output> {
  record Input(
      Optional<String> namePrefix,
      Optional<String> eventBusName,
      Optional<String> nextToken,
      Optional<Integer> limit) {}

  record Output(List<Summary> rules, Optional<String> nextToken) {}

  record Summary(
      String name,
      String arn,
      Optional<String> eventPattern,
      Optional<String> scheduleExpression,
      String state,
      Optional<String> description,
      Optional<String> roleArn,
      String eventBusName) {}

  private final EventBuses buses;

  ListRules(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    String prefix = input.namePrefix().orElse("");
    Page<LiveRule> page =
        Page.of(
            buses.require(buses.arns().busNamed(input.eventBusName())).rules().stream()
                .filter(live -> live.rule().name().startsWith(prefix))
                .toList(),
            live -> live.rule().name(),
            input.nextToken(),
            input.limit());
    return new Output(page.items().stream().map(ListRules::summary).toList(), page.next());
  }

  private static Summary summary(LiveRule live) {
    Rule rule = live.rule();
    return new Summary(
        rule.name(),
        live.arn(),
        rule.pattern(),
        rule.schedule(),
        rule.state(),
        rule.description(),
        rule.role(),
        rule.bus());
  }
}
