package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code DeleteScheduleGroup}: with all schedules of the group, which are gone when it answers. */
final class DeleteScheduleGroup implements Operation<DeleteScheduleGroup.Input, Operation.Nothing> {
  record Input(Optional<String> clientToken, String name) {}

  private final Schedules schedules;

  DeleteScheduleGroup(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    schedules.deleteGroup(input.name(), input.clientToken());
    return Nothing.VALUE;
  }
}
