package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Map;

/** {@code RemovePermission}: takes a statement out of the queue's policy by its label. */
final class RemovePermission implements Operation<RemovePermission.Input, Operation.Nothing> {
  record Input(String queueUrl, String label) {}

  private final SqsQueues queues;

  RemovePermission(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    queues.set(
        queues.byUrl(input.queueUrl()),
        now -> {
          QueuePolicy policy = QueuePolicy.of(now);
          if (!policy.remove(input.label())) {
            throw SqsErrors.invalid(input.label(), "Label", "can't find label on existing policy.");
          }
          return Map.of(QueueAttributes.POLICY, policy.text());
        });
    return Nothing.VALUE;
  }
}
