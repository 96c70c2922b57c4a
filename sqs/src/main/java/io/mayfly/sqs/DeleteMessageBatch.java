package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Receipt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    Map<Entry, Receipt> meant = new LinkedHashMap<>();
    List<Batch.Failed> failed = new ArrayList<>();
    for (Entry entry : input.entries()) {
      try {
        meant.put(entry, receipts.open(queue, entry.receiptHandle()).receipt());
      } catch (AwsException e) {
        failed.add(Batch.Failed.of(entry.id(), e));
      }
    }
    Set<Receipt> refused =
        meant.isEmpty()
            ? Set.of()
            : Set.copyOf(Waiting.on(queue.messages().delete(meant.values(), List.of())));
    List<Batch.Done> done = new ArrayList<>();
    meant.forEach(
        (entry, receipt) -> {
          if (refused.contains(receipt)) {
            failed.add(
                Batch.Failed.of(entry.id(), SqsErrors.expiredReceipt(entry.receiptHandle())));
          } else {
            done.add(new Batch.Done(entry.id()));
          }
        });
    return new Output(done, failed);
  }
}
