package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;

/** {@code ListTagsForResource}. */
final class ListTagsForResource
    implements Operation<ListTagsForResource.Input, ListTagsForResource.Output> {
  record Input(String resourceArn) {}

  record Output(List<Tag> tags) {}

  private final Schedules schedules;

  ListTagsForResource(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    String name = TagResource.group(schedules, input.resourceArn());
    return new Output(Tag.list(schedules.group(name).tags()));
  }
}
