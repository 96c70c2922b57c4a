package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code SendMessageBatch}: those that are right go to the disk together. */
final class SendMessageBatch implements Operation<SendMessageBatch.Input, SendMessageBatch.Output> {
  record Input(String queueUrl, List<Entry> entries) {}

  record Entry(
      String id,
      String messageBody,
      Optional<Integer> delaySeconds,
      Map<String, AttributeValue> messageAttributes,
      Map<String, AttributeValue> messageSystemAttributes,
      Optional<String> messageDeduplicationId,
      Optional<String> messageGroupId) {
    Draft draft() {
      return new Draft(
          messageBody,
          delaySeconds,
          messageAttributes,
          messageSystemAttributes,
          messageDeduplicationId,
          messageGroupId);
    }
  }

  record Output(List<Done> successful, List<Batch.Failed> failed) {}

  record Done(
      String id,
      String messageId,
      String mD5OfMessageBody,
      Optional<String> mD5OfMessageAttributes,
      Optional<String> mD5OfMessageSystemAttributes,
      Optional<String> sequenceNumber) {}

  private static final String KIND = "SendMessageBatchRequestEntry";

  private final SqsQueues queues;
  private final Messages messages;

  SendMessageBatch(SqsQueues queues, Messages messages) {
    this.queues = queues;
    this.messages = messages;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    List<Entry> entries = input.entries();
    Batch.check(entries, Entry::id, KIND);
    List<String> ids = new ArrayList<>(entries.size());
    List<Messages.Ready> ready = new ArrayList<>(entries.size());
    List<Batch.Failed> failed = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.messageBody().isEmpty()) {
        throw SqsErrors.missing(KIND + "." + (i + 1) + ".MessageBody");
      }
      try {
        Messages.Ready one = messages.ready(queue, entry.draft(), caller);
        bytes += one.bytes();
        ready.add(one);
        ids.add(entry.id());
      } catch (AwsException e) {
        failed.add(Batch.Failed.of(entry.id(), e));
      }
    }
    if (bytes > QueueAttributes.MOST_BYTES) {
      throw SqsErrors.batch(
          "BatchRequestTooLong",
          "Batch requests cannot be longer than %d bytes. You have sent %d bytes."
              .formatted(QueueAttributes.MOST_BYTES, bytes));
    }
    return new Output(send(queue, ids, ready), failed);
  }

  private static List<Done> send(SqsQueue queue, List<String> ids, List<Messages.Ready> ready) {
    if (ready.isEmpty()) {
      return List.of();
    }
    List<Sent> sent =
        Waiting.on(queue.messages().send(ready.stream().map(Messages.Ready::message).toList()));
    List<Done> done = new ArrayList<>(ready.size());
    for (int i = 0; i < ready.size(); i++) {
      Messages.Ready one = ready.get(i);
      done.add(
          new Done(
              ids.get(i),
              sent.get(i).id().toString(),
              one.bodyMd5(),
              one.attributesMd5(),
              one.systemMd5(),
              SequenceNumbers.of(queue, sent.get(i).sequence())));
    }
    return done;
  }
}
