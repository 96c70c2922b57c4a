package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code DeleteQueue}: with every message, at once; the name can be used again at once. */
final class DeleteQueue implements Operation<DeleteQueue.Input, Operation.Nothing> {
  record Input(String queueUrl) {}

  private final SqsQueues queues;

  DeleteQueue(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    queues.delete(queues.byUrl(input.queueUrl()));
    return Nothing.VALUE;
  }
}
