package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code UpdateSchedule}: what it does not say is as if it had never been said. */
final class UpdateSchedule implements Operation<ScheduleRequest, UpdateSchedule.Output> {
  record Output(String scheduleArn) {}

  private final Schedules schedules;

  UpdateSchedule(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(ScheduleRequest input, Caller caller) {
    schedules.update(input);
    return new Output(schedules.arns().schedule(input.key()));
  }
}
