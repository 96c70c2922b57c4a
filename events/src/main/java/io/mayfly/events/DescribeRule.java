package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code DescribeRule}: a rule without its targets. */
final class DescribeRule implements Operation<DescribeRule.Input, DescribeRule.Output> {
  record Input(String name, Optional<String> eventBusName) {}

  record Output(
      String name,
      String arn,
      Optional<String> eventPattern,
      Optional<String> scheduleExpression,
      String state,
      Optional<String> description,
      Optional<String> roleArn,
      String eventBusName,
      String createdBy) {}

  private final EventBuses buses;

  DescribeRule(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    LiveRule live =
        buses.requireRule(new RuleKey(buses.arns().busNamed(input.eventBusName()), input.name()));
    Rule rule = live.rule();
    return new Output(
        rule.name(),
        live.arn(),
        rule.pattern(),
        rule.schedule(),
        rule.state(),
        rule.description(),
        rule.role(),
        rule.bus(),
        buses.arns().account().id());
  }
}
