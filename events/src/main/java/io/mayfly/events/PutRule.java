package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/**
 * {@code PutRule}: a new rule, or another in the place of the one of this name, whose targets and
 * tags stay.
 */
final class PutRule implements Operation<PutRule.Input, PutRule.Output> {
  record Input(
      String name,
      Optional<String> scheduleExpression,
      Optional<String> eventPattern,
      Optional<String> state,
      Optional<String> description,
      Optional<String> roleArn,
      List<Tag> tags,
      Optional<String> eventBusName) {}

  record Output(String ruleArn) {}

  private final EventBuses buses;

  PutRule(EventBuses buses) {
    this.buses = buses;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    String bus = buses.arns().busNamed(input.eventBusName());
    Optional<String> pattern = input.eventPattern().filter(text -> !text.isEmpty());
    Optional<String> schedule = input.scheduleExpression().filter(text -> !text.isEmpty());
    if (pattern.isEmpty() && schedule.isEmpty()) {
      throw EventsErrors.validation(
          "Parameter(s) EventPattern or ScheduleExpression must be specified.");
    }
    if (schedule.isPresent() && !bus.equals(EventArns.DEFAULT)) {
      throw EventsErrors.validation(
          "ScheduleExpression is supported only on the default event bus.");
    }
    pattern.ifPresent(EventPattern::check);
    return new Output(
        buses.putRule(
            new Rule(
                bus,
                input.name(),
                pattern,
                schedule,
                input.state().orElse(Rule.ENABLED),
                input.description(),
                input.roleArn(),
                List.of(),
                Tags.of(input.tags()))));
  }
}
