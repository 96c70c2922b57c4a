package io.mayfly.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A durable queue. What changes it completes when it is on the disk, on a thread that serves many
 * and must not be blocked. A message is delivered at least once: it is leased to a receiver for its
 * visibility timeout, and comes again unless it is deleted meanwhile.
 *
 * <p>A message that has been received as often as its queue allows moves to the dead-letter queue
 * when it would be received once more.
 */
public interface MessageQueue {
  /** The most messages that may be in flight at once; who receives more gets none. */
  int MAX_IN_FLIGHT = 120_000;

  String name();

  QueueRules rules();

  /** What the owner keeps beside the queue; the queue does not look at it. */
  String document();

  /** Changes rules and document together; on the disk when this returns. */
  void change(QueueRules rules, String document);

  /**
   * Adds messages, all or none. In a first-in-first-out queue a message whose deduplication id was
   * sent in the last five minutes is answered with what was sent then, and not added.
   *
   * @return one for each message, in their order; fails with a {@link
   *     io.mayfly.model.MayflyException}: SERVICE if the disk does not take them,
   *     SERVICE_UNAVAILABLE if too many wait for it, NOT_FOUND if the queue is gone,
   *     INVALID_PARAMETER if the queue does not take such a message
   */
  CompletableFuture<List<Sent>> send(List<NewMessage> messages);

  /**
   * Leases up to so many messages that are ready now, the oldest first. Does not wait for messages,
   * but for the disk if they are there only; so not on a thread that must not be blocked.
   */
  List<Delivery> receive(int max, Duration visibility);

  /**
   * The same, waiting for the first message; for virtual threads. Receivers are served in the order
   * in which they came. An interrupt ends it, with nothing and the interrupt kept.
   */
  List<Delivery> receive(int max, Duration visibility, Duration wait);

  /**
   * Calls {@code listener} whenever messages may have become ready: sent, delayed no more, or back
   * from a lease. It must not block. It may be called when another has taken them already.
   *
   * @return ends it
   */
  AutoCloseable whenReady(Runnable listener);

  /**
   * Deletes messages and, in the same transaction, sends others elsewhere, so that a message that
   * is answered or given up is in one place at any time. One that is gone already counts as
   * deleted. A receipt that is not the message's last deletes nothing, nor does one whose lease is
   * over in a first-in-first-out queue; what is to be sent is sent all the same.
   *
   * @param then what to send where, of the same {@link Queues}
   * @return the receipts of a first-in-first-out queue that deleted nothing
   */
  CompletableFuture<List<Receipt>> delete(Collection<Receipt> receipts, List<Forward> then);

  /** Whether a message is in flight under this receipt: leased, and its lease not over. */
  boolean holds(Receipt receipt);

  /**
   * Sets when a message that is in flight is to be ready again, from now. It stays with its
   * receiver until then; zero gives it back at once.
   *
   * @return whether the message was in flight under this receipt
   */
  boolean changeVisibility(Receipt receipt, Duration visibility);

  /**
   * Moves messages to the end of another queue of the same {@link Queues}, in one transaction. They
   * stay as they are, but their retention begins anew.
   *
   * @return how many have moved: none if the other queue has gone meanwhile
   */
  CompletableFuture<Integer> move(Collection<Receipt> receipts, MessageQueue to);

  /** Deletes every message that was sent before. */
  CompletableFuture<Void> purge();

  /** How many messages are leased. */
  int inFlight();

  /** How many messages there are, exactly. Reads from the disk. */
  Depth depth();

  /**
   * Reads messages behind a place in the queue, the oldest first, as they are on the disk, without
   * receiving them: for queues whose messages are kept to be read again and again.
   *
   * @param after a message's sequence number; 0 to begin with the first
   * @param bytes when so many have been read, no more messages are
   */
  List<Kept> read(long after, int max, long bytes);

  /** How much there is on the disk. */
  Holdings holdings();
}
