package io.mayfly.sns;

/** Is told what happens to messages. Called on many threads; must not block. */
@FunctionalInterface
public interface TopicListener {
  /** What can happen, as SNS counts it. */
  enum What {
    /** A message was published. */
    PUBLISHED,
    /** A subscriber was told of one: it is on the disk where he has it from, or was answered. */
    DELIVERED,
    /** A subscriber could not be told, and will not be. */
    FAILED,
    /** A subscription's filter policy has kept one back. */
    FILTERED,
    /** An HTTP endpoint could not be told, and will be again. */
    RETRIED,
    /** What could not be delivered is in the subscription's dead-letter queue. */
    REDRIVEN,
    /** The dead-letter queue could not be given it. */
    REDRIVE_FAILED
  }

  /**
   * Something has happened.
   *
   * @param topic its name
   */
  void happened(String topic, What what);
}
