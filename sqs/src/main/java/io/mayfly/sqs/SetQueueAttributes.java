package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Map;

/** {@code SetQueueAttributes}: holds at once; those that are not named stay. */
final class SetQueueAttributes implements Operation<SetQueueAttributes.Input, Operation.Nothing> {
  record Input(String queueUrl, Map<String, String> attributes) {}

  private final SqsQueues queues;

  SetQueueAttributes(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    queues.set(queues.byUrl(input.queueUrl()), _ -> input.attributes());
    return Nothing.VALUE;
  }
}
