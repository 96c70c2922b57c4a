package io.mayfly.triggers;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A queue of SQS as functions see it that are called with its messages. */
public interface EventQueue {
  MessageQueue messages();

  /** Where its messages go that are received in vain, if it has such and that is there. */
  Optional<MessageQueue> deadLetters();

  /** How long a message that has been received is kept from others. */
  Duration visibility();

  /**
   * What shows SQS which message is meant.
   *
   * @param received when it was received
   */
  String receiptHandle(Delivery message, Instant received);

  /** What SQS says of a message, by name: {@code SentTimestamp}, {@code SenderId}, … */
  Map<String, String> attributes(Delivery message);

  String bodyDigest(Delivery message);

  /** Of its attributes, if it has any. */
  Optional<String> attributesDigest(Delivery message);
}
