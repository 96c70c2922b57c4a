package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code TagQueue}: adds tags and changes those that are there. */
final class TagQueue implements Operation<TagQueue.Input, Operation.Nothing> {
  record Input(String queueUrl, Map<String, String> tags) {}

  private final SqsQueues queues;

  TagQueue(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    queues.change(
        queues.byUrl(input.queueUrl()),
        document -> {
          Map<String, String> tags = new LinkedHashMap<>(document.tags());
          tags.putAll(input.tags());
          return document.withTags(Tags.checked(tags));
        });
    return Nothing.VALUE;
  }
}
