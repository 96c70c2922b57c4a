package io.mayfly.scheduler;

import io.mayfly.aws.AwsService;
import io.mayfly.aws.ServiceModel;
import java.util.List;
import java.util.Optional;

/**
 * The EventBridge Scheduler API as a service of the AWS endpoint: every action of it, over an
 * account's schedules.
 */
public final class SchedulerApi {
  private SchedulerApi() {}

  /** Binds the actions to schedules. */
  public static AwsService service(ServiceModel model, Schedules schedules) {
    return new AwsService(
        model,
        List.of(
            new CreateSchedule(schedules),
            new GetSchedule(schedules),
            new UpdateSchedule(schedules),
            new DeleteSchedule(schedules),
            new ListSchedules(schedules),
            new CreateScheduleGroup(schedules),
            new GetScheduleGroup(schedules),
            new DeleteScheduleGroup(schedules),
            new ListScheduleGroups(schedules),
            new TagResource(schedules),
            new UntagResource(schedules),
            new ListTagsForResource(schedules)),
        List.of(),
        Optional.of(new SchedulerAccess(schedules.arns())::of));
  }
}
