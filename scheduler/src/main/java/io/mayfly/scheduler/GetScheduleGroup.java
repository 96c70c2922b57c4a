package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;

/** {@code GetScheduleGroup}. */
final class GetScheduleGroup implements Operation<GetScheduleGroup.Input, GetScheduleGroup.Output> {
  record Input(String name) {}

  /** A group as it is shown. One that is deleted is gone at once, so all are active. */
  record Output(
      String arn, Instant creationDate, Instant lastModificationDate, String name, String state) {
    static Output of(ScheduleGroup group, SchedulerArns arns) {
      return new Output(
          arns.group(group.name()), group.created(), group.modified(), group.name(), "ACTIVE");
    }
  }

  private final Schedules schedules;

  GetScheduleGroup(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return Output.of(schedules.group(input.name()), schedules.arns());
  }
}
