package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code CreateScheduleGroup}. */
final class CreateScheduleGroup
    implements Operation<CreateScheduleGroup.Input, CreateScheduleGroup.Output> {
  record Input(Optional<String> clientToken, String name, List<Tag> tags) {}

  record Output(String scheduleGroupArn) {}

  private final Schedules schedules;

  CreateScheduleGroup(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    schedules.createGroup(input.name(), Tag.checked(Tag.map(input.tags())), input.clientToken());
    return new Output(schedules.arns().group(input.name()));
  }
}
