package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Sent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code SendMessage}: answered once the message is on the disk. */
final class SendMessage implements Operation<SendMessage.Input, SendMessage.Output> {
  record Input(
      String queueUrl,
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

  record Output(
      String mD5OfMessageBody,
      Optional<String> mD5OfMessageAttributes,
      Optional<String> mD5OfMessageSystemAttributes,
      String messageId,
      Optional<String> sequenceNumber) {}

  private final SqsQueues queues;
  private final Messages messages;

  SendMessage(SqsQueues queues, Messages messages) {
    this.queues = queues;
    this.messages = messages;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue queue = queues.byUrl(input.queueUrl());
    if (input.messageBody().isEmpty()) {
      throw SqsErrors.missing("MessageBody");
    }
    Messages.Ready ready = messages.ready(queue, input.draft(), caller);
    Sent sent = Waiting.on(queue.messages().send(List.of(ready.message()))).getFirst();
    return new Output(
        ready.bodyMd5(),
        ready.attributesMd5(),
        ready.systemMd5(),
        sent.id().toString(),
        SequenceNumbers.of(queue, sent.sequence()));
  }
}
