package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code ListScheduleGroups}. */
final class ListScheduleGroups
    implements Operation<ListScheduleGroups.Input, ListScheduleGroups.Output> {
  record Input(
      Optional<Integer> maxResults, Optional<String> namePrefix, Optional<String> nextToken) {}

  record Output(Optional<String> nextToken, List<GetScheduleGroup.Output> scheduleGroups) {}

  private final Schedules schedules;

  ListScheduleGroups(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    List<ScheduleGroup> found =
        schedules.groups().stream()
            .filter(each -> each.name().startsWith(input.namePrefix().orElse("")))
            .toList();
    Page<ScheduleGroup> page =
        Page.of(found, ScheduleGroup::name, input.nextToken(), input.maxResults());
    return new Output(
        page.next(),
        page.items().stream()
            .map(each -> GetScheduleGroup.Output.of(each, schedules.arns()))
            .toList());
  }
}
