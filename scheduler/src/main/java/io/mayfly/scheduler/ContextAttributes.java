package io.mayfly.scheduler;

import io.mayfly.triggers.Tick;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a schedule's input can say of the tick it is for ("Adding context attributes in EventBridge
 * Scheduler").
 */
record ContextAttributes(String scheduleArn, Instant scheduled, String executionId, int attempt) {
  static ContextAttributes of(Tick tick) {
    return new ContextAttributes(tick.key(), tick.at(), tick.executionId(), tick.attempt() + 1);
  }

  /** Some, for a look at what an input will be like. */
  static ContextAttributes sample(String scheduleArn, Instant now) {
    return new ContextAttributes(scheduleArn, now, "0123456789abcdef", 1);
  }

  /** In seconds, as the Scheduler writes it. */
  String time() {
    return scheduled.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  String in(String input) {
    return input
        .replace("<aws.scheduler.schedule-arn>", scheduleArn)
        .replace("<aws.scheduler.scheduled-time>", time())
        .replace("<aws.scheduler.execution-id>", executionId)
        .replace("<aws.scheduler.attempt-number>", Integer.toString(attempt));
  }
}
