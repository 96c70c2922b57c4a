package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code CreateSchedule}. */
final class CreateSchedule implements Operation<ScheduleRequest, CreateSchedule.Output> {
  record Output(String scheduleArn) {}

  private final Schedules schedules;

  CreateSchedule(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(ScheduleRequest input, Caller caller) {
    schedules.create(input);
    return new Output(schedules.arns().schedule(input.key()));
  }
}
