package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Receipt;
import java.util.ArrayList;
import java.util.List;

/** {@code DeleteMessageBatch}: those whose handles are right, together. */
final class DeleteMessageBatch
    implements Operation<DeleteMessageBatch.Input, DeleteMessageBatch.Output> {
  record Input(String queueUrl, List<Entry> entries) {}

  record Entry(String id, String receiptHandle) {}

  record Output(List<Batch.Done> successful, List<Batch.Failed> failed) {}

  private final SqsQueues queues;
  private final Receipts receipts;

  DeleteMessageBatch(SqsQueues queues, Receipts receipts) {
    this.queues = queues;
    this.receipts = receipts;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    Batch.check(input.entries(), Entry::id, "DeleteMessageBatchRequestEntry");
    List<Receipt> deleted = new ArrayList<>();
    List<Batch.Done> done = new ArrayList<>();
    List<Batch.Failed> failed = new ArrayList<>();
    for (Entry entry : input.entries()) {
      try {
        deleted.add(receipts.open(queue, entry.receiptHandle()).receipt());
        done.add(new Batch.Done(entry.id()));
      } catch (AwsException e) {
        failed.add(Batch.Failed.of(entry.id(), e));
      }
    }
    if (!deleted.isEmpty()) {
      Waiting.on(queue.messages().delete(deleted, List.of()));
    }
    return new Output(done, failed);
  }
}
