package io.mayfly.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes what schedules it is told of; takes those that begin with "rate". */
final class ScheduleList implements Schedules {
  final List<String> told = new ArrayList<>();

  @Override
  public void check(String expression) {
    if (!expression.startsWith("rate")) {
      throw EventsErrors.validation("no schedule: " + expression);
    }
  }

  @Override
  public void put(String ruleArn, String expression) {
    told.add("put %s %s".formatted(ruleArn, expression));
  }

  @Override
  public void remove(String ruleArn) {
    told.add("remove " + ruleArn);
  }

  String rule(EventBuses buses, String name, String expression) {
    return new PutRule(buses)
        .handle(
            new PutRule.Input(
                name,
                Optional.of(expression),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty()),
            BridgeHarness.CALLER)
        .ruleArn();
  }
}
