package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code DeleteSchedule}. */
final class DeleteSchedule implements Operation<DeleteSchedule.Input, Operation.Nothing> {
  record Input(Optional<String> clientToken, Optional<String> groupName, String name) {}

  private final Schedules schedules;

  DeleteSchedule(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    schedules.delete(
        new ScheduleKey(input.groupName().orElse(ScheduleGroup.DEFAULT), input.name()),
        input.clientToken());
    return Nothing.VALUE;
  }
}
