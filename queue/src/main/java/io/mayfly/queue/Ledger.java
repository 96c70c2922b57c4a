package io.mayfly.queue;

/**
 * What the row of a queue says of its messages. Belongs to the thread that writes: it runs ahead of
 * what is in memory, by what is on its way to the disk.
 */
final class Ledger {
  /** Sequence numbers have so many bits in the key of a message, which the queue's id begins. */
  private static final int SEQUENCE_BITS = 40;

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
