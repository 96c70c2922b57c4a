package io.mayfly.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * How a queue treats its messages.
 *
 * @param fifo whether messages of one group come in the order they were sent, one lease at a time
 * @param groupDeduplication whether deduplication ids are told apart by group
 * @param delay how long a new message waits, if it does not say so itself
 * @param retention how long a message stays that nobody deletes
 * @param deadLetters where messages go that are received in vain
 */
public record QueueRules(
    boolean fifo,
    boolean groupDeduplication,
    Duration delay,
    Duration retention,
    Optional<DeadLetters> deadLetters) {
  /**
   * Where messages go that are received in vain.
   *
   * @param queue a name of the same {@link Queues}; while there is no such queue, messages stay
   * @param maxReceives how often a message is received before it goes
   */
  public record DeadLetters(String queue, int maxReceives) {}
}
