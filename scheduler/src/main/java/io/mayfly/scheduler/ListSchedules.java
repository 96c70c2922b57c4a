package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code ListSchedules}: by group and name, of one group or all. */
final class ListSchedules implements Operation<ListSchedules.Input, ListSchedules.Output> {
  record Input(
      Optional<String> groupName,
      Optional<Integer> maxResults,
      Optional<String> namePrefix,
      Optional<String> nextToken,
      Optional<String> state) {}

  record Output(Optional<String> nextToken, List<Summary> schedules) {}

  record Summary(
      String arn,
      Instant creationDate,
      String groupName,
      Instant lastModificationDate,
      String name,
      String state,
      TargetSummary target) {}

  record TargetSummary(String arn) {}

  private final Schedules schedules;

  ListSchedules(Schedules schedules) {
    this.schedules = schedules;
  }

  static String state(Schedule schedule) {
    return schedule.asked().enabled() ? "ENABLED" : "DISABLED";
  }

  @Override
  public Output handle(Input input, Caller caller) {
    input.groupName().ifPresent(schedules::group);
    List<Schedule> found =
        input.groupName().map(schedules::list).orElseGet(schedules::list).stream()
            .filter(each -> each.key().name().startsWith(input.namePrefix().orElse("")))
            .filter(each -> input.state().isEmpty() || input.state().get().equals(state(each)))
            .toList();
    Page<Schedule> page =
        Page.of(found, each -> each.key().toString(), input.nextToken(), input.maxResults());
    return new Output(page.next(), page.items().stream().map(this::summary).toList());
  }

  private Summary summary(Schedule schedule) {
    return new Summary(
        schedules.arns().schedule(schedule.key()),
        schedule.created(),
        schedule.key().group(),
        schedule.modified(),
        schedule.key().name(),
        state(schedule),
        new TargetSummary(schedule.asked().target().arn()));
  }
}
