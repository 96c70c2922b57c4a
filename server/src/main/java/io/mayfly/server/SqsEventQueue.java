package io.mayfly.server;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.sqs.SourceQueue;
import io.mayfly.triggers.EventQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A queue of SQS as event source mappings see it. */
record SqsEventQueue(SourceQueue queue) implements EventQueue {
  @Override
  public MessageQueue messages() {
    return queue.messages();
  }

  @Override
  public Optional<MessageQueue> deadLetters() {
    return queue.deadLetters();
  }

  @Override
  public Duration visibility() {
    return queue.visibility();
  }

  @Override
  public String receiptHandle(Delivery message, Instant received) {
    return queue.receiptHandle(message, received);
  }

  @Override
  public Map<String, String> attributes(Delivery message) {
    return queue.attributes(message);
  }

  @Override
  public String bodyDigest(Delivery message) {
    return queue.bodyDigest(message);
  }

  @Override
  public Optional<String> attributesDigest(Delivery message) {
    return queue.attributesDigest(message);
  }
}
