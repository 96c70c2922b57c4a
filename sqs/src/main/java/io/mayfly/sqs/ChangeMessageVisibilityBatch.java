package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code ChangeMessageVisibilityBatch}: one after another. */
final class ChangeMessageVisibilityBatch
    implements Operation<ChangeMessageVisibilityBatch.Input, ChangeMessageVisibilityBatch.Output> {
  record Input(String queueUrl, List<Entry> entries) {}

  record Entry(String id, String receiptHandle, Optional<Integer> visibilityTimeout) {}

  record Output(List<Batch.Done> successful, List<Batch.Failed> failed) {}

  private final SqsQueues queues;
  private final Visibility visibility;

  ChangeMessageVisibilityBatch(SqsQueues queues, Visibility visibility) {
    this.queues = queues;
    this.visibility = visibility;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    Batch.check(input.entries(), Entry::id, "ChangeMessageVisibilityBatchRequestEntry");
    List<Batch.Done> done = new ArrayList<>();
    List<Batch.Failed> failed = new ArrayList<>();
    for (Entry entry : input.entries()) {
      try {
        visibility.change(
            queue,
            entry.receiptHandle(),
            entry.visibilityTimeout().orElseThrow(() -> SqsErrors.missing("VisibilityTimeout")));
        done.add(new Batch.Done(entry.id()));
      } catch (AwsException e) {
        failed.add(Batch.Failed.of(entry.id(), e));
      }
    }
    return new Output(done, failed);
  }
}
