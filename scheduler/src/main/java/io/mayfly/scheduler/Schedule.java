package io.mayfly.scheduler;

import io.mayfly.triggers.Alarm;
import io.mayfly.triggers.Bell;
import io.mayfly.triggers.ScheduleExpression;
import java.time.Instant;
import java.time.ZoneId;

/**
 * A schedule.
 *
 * @param asked what its caller said last
 * @param start the first moment, if it is a rate
 * @param since from when on it has ticks
 */
record Schedule(
    ScheduleRequest asked, Instant start, Instant since, Instant created, Instant modified) {
  ScheduleKey key() {
    return asked.key();
  }

  Alarm alarm(Bell bell) {
    ScheduleExpression times =
        ScheduleExpression.parse(asked.scheduleExpression(), ZoneId.of(asked.zone()), start);
    return new Alarm(
        times,
        since,
        asked.endDate().filter(_ -> !times.once()),
        asked.flexibleTimeWindow().length(),
        bell);
  }
}
