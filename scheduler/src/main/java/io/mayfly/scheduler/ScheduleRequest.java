package io.mayfly.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** All that a caller says of a schedule, when it is made and whenever it is changed. */
record ScheduleRequest(
    Optional<String> actionAfterCompletion,
    Optional<String> clientToken,
    Optional<String> description,
    Optional<Instant> endDate,
    FlexibleTimeWindow flexibleTimeWindow,
    Optional<String> groupName,
    String name,
    String scheduleExpression,
    Optional<String> scheduleExpressionTimezone,
    Optional<Instant> startDate,
    Optional<String> state,
    Target target) {
  /** When within a window the target is told. */
  record FlexibleTimeWindow(String mode, Optional<Integer> maximumWindowInMinutes) {
    boolean flexible() {
      return mode.equals("FLEXIBLE");
    }

    /** Zero if there is none. */
    Duration length() {
      return flexible() ? Duration.ofMinutes(maximumWindowInMinutes.orElse(0)) : Duration.ZERO;
    }
  }

  ScheduleKey key() {
    return new ScheduleKey(groupName.orElse(ScheduleGroup.DEFAULT), name);
  }

  String zone() {
    return scheduleExpressionTimezone.orElse("UTC");
  }

  boolean enabled() {
    return !state.equals(Optional.of("DISABLED"));
  }

  boolean deletedWhenOver() {
    return actionAfterCompletion.equals(Optional.of("DELETE"));
  }

  /** Whether both mean the same moments. */
  boolean timedAs(ScheduleRequest other) {
    return scheduleExpression.equals(other.scheduleExpression)
        && zone().equals(other.zone())
        && startDate.equals(other.startDate);
  }
}
