package io.mayfly.queue;

import org.jspecify.annotations.Nullable;

/** In which order the messages of a queue are leased. Guarded by its queue's lock. */
interface Order {
  /** A message that is new in memory: ready or delayed. */
  void arrive(Message message);

  /** A delayed message is ready. */
  void awake(Message message);

  /** Takes the first that may be leased, up to a sequence number. */
  @Nullable Message poll(long last);

  /** Takes no more from the group of the message that was polled last, until it is let go. */
  void passGroup();

  /** Ends a batch of polls: what was taken blocks its group from now. */
  void endBatch();

  /** A message that was taken is ready again. */
  void giveBack(Message message);

  /** A message that was taken is gone, or leased no more. */
  void letGo(Message message);

  /** A message that is ready or delayed is taken without being leased. */
  void take(Message message);

  /** Whether {@link #poll} would give something. */
  boolean hasReady(long last);

  /** About how many are ready. */
  int ready();
}
