package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code ChangeMessageVisibility}: 0 gives the message back at once. */
final class ChangeMessageVisibility
    implements Operation<ChangeMessageVisibility.Input, Operation.Nothing> {
  record Input(String queueUrl, String receiptHandle, int visibilityTimeout) {}

  private final SqsQueues queues;
  private final Visibility visibility;

  ChangeMessageVisibility(SqsQueues queues, Visibility visibility) {
    this.queues = queues;
    this.visibility = visibility;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    visibility.change(
        queues.byUrl(input.queueUrl()), input.receiptHandle(), input.visibilityTimeout());
    return Nothing.VALUE;
  }
}
