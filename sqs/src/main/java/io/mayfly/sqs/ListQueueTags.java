package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Map;
import java.util.Optional;

/** {@code ListQueueTags}. */
final class ListQueueTags implements Operation<ListQueueTags.Input, ListQueueTags.Output> {
  record Input(String queueUrl) {}

  record Output(Optional<Map<String, String>> tags) {}

  private final SqsQueues queues;

  ListQueueTags(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return new Output(
        Optional.of(queues.byUrl(input.queueUrl()).document().tags())
            .filter(tags -> !tags.isEmpty()));
  }
}
