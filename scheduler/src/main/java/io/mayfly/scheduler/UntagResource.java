package io.mayfly.scheduler;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code UntagResource}. */
final class UntagResource implements Operation<UntagResource.Input, Operation.Nothing> {
  record Input(String resourceArn, List<String> tagKeys) {}

  private final Schedules schedules;

  UntagResource(Schedules schedules) {
    this.schedules = schedules;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    schedules.changeTags(
        TagResource.group(schedules, input.resourceArn()),
        before -> {
          Map<String, String> tags = new TreeMap<>(before);
          input.tagKeys().forEach(tags::remove);
          return tags;
        });
    return Nothing.VALUE;
  }
}
