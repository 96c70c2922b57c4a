package io.mayfly.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What records come from with which functions are called: a queue, a stream or a topic. Never
 * changes for a mapping.
 *
 * @param arn of the queue, the stream or the broker; empty for a Kafka of the owner's own
 * @param brokers of such a Kafka, as {@code host:port}
 * @param topics the one Kafka topic, or none
 * @param queues the one queue of an MQ broker, or none
 * @param position where reading begins; given for streams and topics
 * @param timestamp the time at which it begins, for {@link Position#AT_TIMESTAMP}
 * @param consumerGroup of a Kafka topic
 */
public record EventSource(
    Kind kind,
    Optional<String> arn,
    List<String> brokers,
    List<String> topics,
    List<String> queues,
    Optional<Position> position,
    Optional<Instant> timestamp,
    Optional<String> consumerGroup) {
  /** The services whose records functions can be called with. */
  public enum Kind {
    SQS("SQS"),
    KINESIS("Kinesis"),
    DYNAMODB("DynamoDB"),
    KAFKA("self-managed Kafka"),
    MQ("MQ");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** A stream of shards, each read in its order. */
    public boolean stream() {
      return this == KINESIS || this == DYNAMODB;
    }

    /** What it is called in messages. */
    public String words() {
      return words;
    }
  }

  /** Where reading begins. */
  public enum Position {
    /** With the oldest record there is. */
    TRIM_HORIZON,
    /** With what comes from now on. */
    LATEST,
    /** With the first record of a time. */
    AT_TIMESTAMP
  }

  public EventSource {
    brokers = List.copyOf(brokers);
    topics = List.copyOf(topics);
    queues = List.copyOf(queues);
  }

  /** A FIFO queue of SQS. */
  public boolean fifo() {
    return kind == Kind.SQS && arn.orElse("").endsWith(".fifo");
  }

  /** Whether the same records come from both, from wherever reading begins. */
  public boolean sameAs(EventSource other) {
    return arn.equals(other.arn)
        && brokers.equals(other.brokers)
        && topics.equals(other.topics)
        && queues.equals(other.queues);
  }
}
