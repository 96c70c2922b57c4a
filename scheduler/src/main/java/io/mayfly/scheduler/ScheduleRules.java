package io.mayfly.scheduler;

import io.mayfly.triggers.OneTimeExpression;
import io.mayfly.triggers.RateExpression;
import io.mayfly.triggers.ScheduleExpression;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What a schedule must be like, beyond what the model of the API says. */
record ScheduleRules(SchedulerPorts ports, SchedulerArns arns, TargetCalls calls) {
  /** "Quotas for Amazon EventBridge Scheduler": the maximum size of an input. */
  private static final int INPUT_BYTES = 256 * 1024;

  /** How long ago a start may be. */
  private static final Duration START_GRACE = Duration.ofMinutes(5);

  /** The same of a single time: clocks of clients differ, and a request takes a while. */
  private static final Duration TIME_GRACE = Duration.ofMinutes(1);

  /**
   * A schedule as it is asked for.
   *
   * @param before the one that it replaces
   * @throws io.mayfly.aws.AwsException if there cannot be such a schedule
   */
  Schedule check(ScheduleRequest asked, Optional<Schedule> before) {
    Instant now = ports.clock().instant();
    checkWindow(asked.flexibleTimeWindow());
    checkTarget(asked, now);
    Optional<Schedule> same = before.filter(each -> each.asked().timedAs(asked));
    Instant start =
        same.map(Schedule::start).orElseGet(() -> asked.startDate().orElseGet(() -> second(now)));
    ScheduleExpression times = times(asked, start);
    checkDates(asked, times, now);
    Instant since =
        same.filter(each -> each.asked().enabled())
            .map(Schedule::since)
            .orElseGet(() -> since(asked, times, now));
    return new Schedule(asked, start, since, before.map(Schedule::created).orElse(now), now);
  }

  private static void checkWindow(ScheduleRequest.FlexibleTimeWindow window) {
    if (window.flexible() && window.maximumWindowInMinutes().isEmpty()) {
      throw SchedulerErrors.invalid(
          "FlexibleTimeWindow.MaximumWindowInMinutes must be given if the Mode is FLEXIBLE.");
    }
    if (!window.flexible() && window.maximumWindowInMinutes().isPresent()) {
      throw SchedulerErrors.invalid(
          "FlexibleTimeWindow.MaximumWindowInMinutes must be left out if the Mode is OFF.");
    }
  }

  private void checkTarget(ScheduleRequest asked, Instant now) {
    Target target = asked.target();
    String service = TargetCalls.service(target.arn());
    if (!TargetCalls.universal(target.arn()) && !ports.targets().knows(service)) {
      throw SchedulerErrors.invalid("Mayfly has no targets of the service %s".formatted(service));
    }
    int bytes = target.input().orElse("").getBytes(StandardCharsets.UTF_8).length;
    if (bytes > INPUT_BYTES) {
      throw SchedulerErrors.invalid(
          "The Input has %d bytes, more than %d.".formatted(bytes, INPUT_BYTES));
    }
    if (target.sqsParameters().isPresent() && !service.equals("sqs")) {
      throw SchedulerErrors.invalid("SqsParameters go with a target that is a queue.");
    }
    if (target.eventBridgeParameters().isPresent() && !service.equals("events")) {
      throw SchedulerErrors.invalid("EventBridgeParameters go with a target that is an event bus.");
    }
    if (service.equals("sqs")
        && target.arn().endsWith(".fifo") == target.messageGroup().isEmpty()) {
      throw SchedulerErrors.invalid(
          "SqsParameters.MessageGroupId goes with a FIFO queue, which demands it.");
    }
    var _ = calls.of(target, ContextAttributes.sample(arns.schedule(asked.key()), now));
    if (!ports.trust().test(target.roleArn(), arns.group(asked.key().group()))) {
      throw SchedulerErrors.untrusting();
    }
  }

  private static ScheduleExpression times(ScheduleRequest asked, Instant start) {
    if (!asked.zone().equals("UTC") && !ZoneId.getAvailableZoneIds().contains(asked.zone())) {
      throw SchedulerErrors.invalid(
          "The ScheduleExpressionTimezone %s is not a time zone of the IANA database."
              .formatted(asked.zone()));
    }
    try {
      return ScheduleExpression.parse(asked.scheduleExpression(), ZoneId.of(asked.zone()), start);
    } catch (IllegalArgumentException e) {
      throw SchedulerErrors.invalidExpression(
          asked.scheduleExpression(), String.valueOf(e.getMessage()));
    }
  }

  private static void checkDates(ScheduleRequest asked, ScheduleExpression times, Instant now) {
    if (times instanceof OneTimeExpression once) {
      if (asked.enabled() && once.at().isBefore(now.minus(TIME_GRACE))) {
        throw SchedulerErrors.invalidExpression(
            asked.scheduleExpression(), "the time is in the past");
      }
      return;
    }
    if (asked.startDate().filter(start -> start.isBefore(now.minus(START_GRACE))).isPresent()) {
      throw SchedulerErrors.invalid(
          "The StartDate you specify cannot be earlier than 5 minutes ago.");
    }
    if (asked.endDate().filter(end -> !end.isAfter(now)).isPresent()) {
      throw SchedulerErrors.invalid("The EndDate you specify must be in the future.");
    }
    Instant end = asked.endDate().orElse(Instant.MAX);
    if (!asked.startDate().orElse(Instant.MIN).isBefore(end)) {
      throw SchedulerErrors.invalid("The StartDate must be before the EndDate.");
    }
    if (times.next(asked.startDate().filter(now::isBefore).orElse(now)).isEmpty()) {
      throw SchedulerErrors.invalidExpression(
          asked.scheduleExpression(), "there is no such time any more");
    }
  }

  /** From when on a schedule has ticks that is new, or timed anew. */
  private static Instant since(ScheduleRequest asked, ScheduleExpression times, Instant now) {
    return switch (times) {
      case OneTimeExpression once -> once.at();
      // The start is the first tick, even if it is over by the time that it is asked for.
      case RateExpression _ -> asked.startDate().orElse(now);
      default -> asked.startDate().filter(start -> start.isAfter(now)).orElse(now.plusNanos(1));
    };
  }

  /** The whole second that begins next. */
  private static Instant second(Instant now) {
    return now.plusNanos(999_999_999).truncatedTo(ChronoUnit.SECONDS);
  }
}
