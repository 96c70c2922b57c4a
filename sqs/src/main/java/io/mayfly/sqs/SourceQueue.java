package io.mayfly.sqs;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Queues;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A queue of SQS, for who receives its messages without the API and shows them as that does. */
public final class SourceQueue {
  private final SqsQueue queue;
  private final QueueNames names;
  private final Queues queues;
  private final Receipts receipts;

  SourceQueue(SqsQueue queue, QueueNames names, Queues queues, Receipts receipts) {
    this.queue = queue;
    this.names = names;
    this.queues = queues;
    this.receipts = receipts;
  }

  boolean isCurrent(MessageQueue found) {
    return queue.isCurrent(found);
  }

  public MessageQueue messages() {
    return queue.messages();
  }

  /** Where its messages go that are received in vain, if it has such and that is there. */
  public Optional<MessageQueue> deadLetters() {
    return messages().rules().deadLetters().flatMap(target -> queues.find(target.queue()));
  }

  /** Its policy, if it has one. */
  public Optional<String> policy() {
    return queue.attribute(QueueAttributes.POLICY);
  }

  /** How long a message that has been received is kept from others. */
  public Duration visibility() {
    return Duration.ofSeconds(queue.visibility());
  }

  /**
   * A handle with which a message can be deleted.
   *
   * @param received when it was received
   */
  public String receiptHandle(Delivery message, Instant received) {
    return receipts.handle(queue, message.receipt(), received);
  }

  /** Every system attribute of a message, by name. */
  public Map<String, String> attributes(Delivery message) {
    Map<String, String> all = new HashMap<>(message.system());
    all.put("ApproximateReceiveCount", Integer.toString(message.receives()));
    all.put("SentTimestamp", Long.toString(message.sent().toEpochMilli()));
    all.put(
        "ApproximateFirstReceiveTimestamp", Long.toString(message.firstReceived().toEpochMilli()));
    message.group().ifPresent(group -> all.put("MessageGroupId", group));
    message.deduplication().ifPresent(id -> all.put("MessageDeduplicationId", id));
    SequenceNumbers.of(queue, message.receipt().sequence())
        .ifPresent(number -> all.put("SequenceNumber", number));
    message
        .origin()
        .filter(origin -> origin.startsWith(SqsQueues.PREFIX))
        .ifPresent(
            origin ->
                all.put(
                    "DeadLetterQueueSourceArn",
                    names.arn(origin.substring(SqsQueues.PREFIX.length()))));
    return all;
  }

  /** The MD5 digest of a message's body. */
  public String bodyDigest(Delivery message) {
    return Digests.md5(message.body());
  }

  /** The MD5 digest of a message's attributes, if it has any. */
  public Optional<String> attributesDigest(Delivery message) {
    return Digests.md5(message.attributes());
  }
}
