package io.mayfly.queue;

import org.jspecify.annotations.Nullable;

/** A message of a queue as far as it is in memory. Guarded by its queue's lock. */
final class Message {
  enum State {
    READY,
    DELAYED,
    LEASED,
    /** A change that takes it out of the queue is on its way to the disk. */
    LEAVING,
    GONE
  }

  final long sequence;

  /** When it was first sent, in milliseconds. */
  final long sent;

  final @Nullable String group;

  /** The queue that it is a dead letter of. */
  final @Nullable String origin;

  State state = State.READY;

  /** When it is ready again, in milliseconds, if it is delayed or leased. */
  long visibleAt;

  int receives;
  long firstReceived;

  /** In which start of the queues it was leased last. */
  int start;

  /** Whether the disk has a row for its lease, or is about to have one. */
  boolean leaseStored;

  /** Whether its lease is other than on the disk. */
  boolean leaseChanged;

  /** What {@link MessageContent} makes of it, unless that is on the disk only. */
  byte @Nullable [] content;

  Message(long sequence, long sent, @Nullable String group, @Nullable String origin) {
    this.sequence = sequence;
    this.sent = sent;
    this.group = group;
    this.origin = origin;
  }

  /** Whether it is about to be gone, or is. */
  boolean isOnItsWay() {
    return state == State.LEAVING || state == State.GONE;
  }

  /** Whether a receipt is that of its last lease. */
  boolean isLastLeased(Receipt receipt) {
    return receives == receipt.lease() && start == receipt.start();
  }
}
