package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;

/**
 * {@code DeleteMessage}: also of a message that is gone already, but in a first-in-first-out queue
 * not after the end of the lease.
 */
final class DeleteMessage implements Operation<DeleteMessage.Input, Operation.Nothing> {
  record Input(String queueUrl, String receiptHandle) {}

  private final SqsQueues queues;
  private final Receipts receipts;

  DeleteMessage(SqsQueues queues, Receipts receipts) {
    this.queues = queues;
    this.receipts = receipts;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    Receipts.Opened opened = receipts.open(queue, input.receiptHandle());
    if (!Waiting.on(queue.messages().delete(List.of(opened.receipt()), List.of())).isEmpty()) {
      throw SqsErrors.expiredReceipt(input.receiptHandle());
    }
    return Nothing.VALUE;
  }
}
