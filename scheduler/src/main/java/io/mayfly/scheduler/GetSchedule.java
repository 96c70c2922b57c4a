package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.Optional;

/** {@code GetSchedule}: with what holds where nothing was said. */
final class GetSchedule implements Operation<GetSchedule.Input, GetSchedule.Output> {
  record Input(Optional<String> groupName, String name) {
    ScheduleKey key() {
      return new ScheduleKey(groupName.orElse(ScheduleGroup.DEFAULT), name);
    }
  }

  record Output(
      String actionAfterCompletion,
      String arn,
      Instant creationDate,
      Optional<String> description,
      Optional<Instant> endDate,
      ScheduleRequest.FlexibleTimeWindow flexibleTimeWindow,
      String groupName,
      Instant lastModificationDate,
      String name,
      String scheduleExpression,
      String scheduleExpressionTimezone,
      Optional<Instant> startDate,
      String state,
      Target target) {}

  private final Schedules schedules;

  GetSchedule(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Schedule schedule = schedules.require(input.key());
    ScheduleRequest asked = schedule.asked();
    return new Output(
        asked.actionAfterCompletion().orElse("NONE"),
        schedules.arns().schedule(schedule.key()),
        schedule.created(),
        asked.description(),
        asked.endDate(),
        asked.flexibleTimeWindow(),
        schedule.key().group(),
        schedule.modified(),
        asked.name(),
        asked.scheduleExpression(),
        asked.zone(),
        asked.startDate(),
        ListSchedules.state(schedule),
        asked.target().shown());
  }
}
