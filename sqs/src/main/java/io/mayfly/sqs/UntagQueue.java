package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code UntagQueue}: takes tags away, those that are not there too. */
final class UntagQueue implements Operation<UntagQueue.Input, Operation.Nothing> {
  record Input(String queueUrl, List<String> tagKeys) {}

  private final SqsQueues queues;

  UntagQueue(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    queues.change(
        queues.byUrl(input.queueUrl()),
        document -> {
          Map<String, String> tags = new LinkedHashMap<>(document.tags());
          input.tagKeys().forEach(tags::remove);
          return document.withTags(tags);
        });
    return Nothing.VALUE;
  }
}
