package io.mayfly.queue;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;

/**
 * What the row of a queue says of its messages. Belongs to the thread that writes: it runs ahead of
 * what is in memory, by what is on its way to the disk.
 */
final class Ledger {
  /** Sequence numbers have so many bits in the key of a message, which the queue's id begins. */
  private static final int SEQUENCE_BITS = 40;

  /** Ids of queues are not given again, and have the rest of a positive number. */
  private static final long MOST_QUEUES = 1L << (Long.SIZE - 1 - SEQUENCE_BITS);

  final long queue;

  /** The sequence number of the next message. */
  long next;

  /** How many messages there are. */
  long messages;

  /** Messages below this sequence number are purged, even if they are there. */
  volatile long purged;

  /** Whether the queue is removed. */
  volatile boolean gone;

  /** Up to which sequence number the disk is cleared of purged messages. */
  volatile long cleared;

  /** How far the sweeper has gone through the queue. */
  long swept;

  private long storedMessages;
  private long storedPurged;

  Ledger(long queue, long next, long messages, long purged) {
    this.queue = queue;
    this.next = next;
    this.messages = messages;
    this.purged = purged;
    committed();
  }

  /**
   * The id of a new queue, if there is room for keys of its messages.
   *
   * @throws MayflyException if so many queues have been made that there is not
   */
  static long checked(long queue) {
    // The last id has no key above all of its messages'.
    if (queue >= MOST_QUEUES - 1) {
      throw new MayflyException(
          ErrorCode.SERVICE,
          "%d queues have been made in this account, and no more can be".formatted(queue - 1));
    }
    return queue;
  }

  long key(long sequence) {
    return (queue << SEQUENCE_BITS) | sequence;
  }

  /** The key that is above all of the queue's. */
  long lastKey() {
    return (queue + 1) << SEQUENCE_BITS;
  }

  static long sequence(long key) {
    return key & ((1L << SEQUENCE_BITS) - 1);
  }

  void committed() {
    storedMessages = messages;
    storedPurged = purged;
  }

  /** Numbers that were given are not given again. */
  void rolledBack() {
    messages = storedMessages;
    purged = storedPurged;
  }
}
