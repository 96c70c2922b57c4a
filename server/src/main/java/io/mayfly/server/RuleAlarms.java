package io.mayfly.server;

import io.mayfly.aws.AwsException;
import io.mayfly.events.EventBridge;
import io.mayfly.events.Schedules;
import io.mayfly.queue.Forward;
import io.mayfly.triggers.Alarm;
import io.mayfly.triggers.Alarms;
import io.mayfly.triggers.Bell;
import io.mayfly.triggers.ExpectedCalls;
import io.mayfly.triggers.ScheduleExpression;
import io.mayfly.triggers.Tick;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Has rules of event buses fire by the account's alarms ("Creating a rule that runs on a
 * schedule"): a {@code rate} from when its rule was made or enabled, a {@code cron} by UTC.
 */
record RuleAlarms(Alarms alarms, EventBridge bridge, ExpectedCalls expected) implements Schedules {
  private static final Pattern RATE =
      Pattern.compile(
          "rate\\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9][0-9]+) (?:minutes|hours|days))\\)");

  @Override
  public void check(String expression) {
    var _ = parse(expression, Instant.EPOCH);
  }

  private static ScheduleExpression parse(String expression, Instant start) {
    if (expression.startsWith("cron(") || RATE.matcher(expression).matches()) {
      try {
        return ScheduleExpression.parse(expression, ZoneOffset.UTC, start);
      } catch (IllegalArgumentException e) {
        throw invalid();
      }
    }
    throw invalid();
  }

  private static AwsException invalid() {
    return new AwsException(
        "ValidationException", 400, "Parameter ScheduleExpression is not valid.");
  }

  @Override
  public void put(String ruleArn, String expression) {
    Instant begun = alarms.begun(ruleArn);
    alarms.set(
        ruleArn,
        Alarm.of(parse(expression, begun), begun.plusNanos(1), new RuleBell(this, ruleArn)));
  }

  @Override
  public void remove(String ruleArn) {
    alarms.cancel(ruleArn);
    expected.forget(ruleArn);
  }

  /** Tells the targets of a rule. */
  private record RuleBell(RuleAlarms rules, String ruleArn) implements Bell {
    @Override
    public List<Forward> ring(Tick tick) {
      return rules.bridge().fire(ruleArn, tick.at());
    }

    @Override
    public void expected(Instant next) {
      List<String> functions =
          rules.bridge().targets(ruleArn).stream()
              .filter(arn -> arn.startsWith("arn:aws:lambda:"))
              .toList();
      rules.expected().expect(ruleArn, functions, next);
    }

    @Override
    public void over() {
      rules.expected().forget(ruleArn);
    }
  }
}
