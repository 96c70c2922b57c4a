package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code TagResource}: adds tags to a group and changes those that are there. */
final class TagResource implements Operation<TagResource.Input, Operation.Nothing> {
  record Input(String resourceArn, List<Tag> tags) {}

  private final Schedules schedules;

  TagResource(Schedules schedules) {
    this.schedules = schedules;
  }

  /**
   * The name of the group that an ARN means.
   *
   * @throws io.mayfly.aws.AwsException if it is another account's
   */
  static String group(Schedules schedules, String arn) {
    return schedules.arns().groupOf(arn).orElseThrow(() -> SchedulerErrors.noGroup(arn));
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    schedules.changeTags(
        group(schedules, input.resourceArn()),
        before -> {
          Map<String, String> tags = new TreeMap<>(before);
          tags.putAll(Tag.map(input.tags()));
          return tags;
        });
    return Nothing.VALUE;
  }
}
