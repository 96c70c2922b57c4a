package io.mayfly.queue;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * All queues of one account. A queue has a name that its owner gives it, with what it is for in
 * front ({@code sqs/orders}, {@code async/resize}), and a document that is the owner's alone.
 */
public interface Queues extends AutoCloseable {
  /**
   * Makes a queue; on the disk when this returns.
   *
   * @throws io.mayfly.model.MayflyException CONFLICT if there is one with this name
   */
  MessageQueue create(String name, QueueRules rules, String document);

  Optional<MessageQueue> find(String name);

  /** The queues whose names begin so, by name. */
  List<MessageQueue> list(String prefix);

  /**
   * Adds messages to queues, all or none, in one transaction. What is for a queue that goes at the
   * same moment goes with it.
   *
   * @return fails as {@link MessageQueue#send} does
   */
  default CompletableFuture<Void> send(List<Forward> messages) {
    return send(messages, Map.of());
  }

  /**
   * The same, and in the same transaction marks of how far the sender has come, so that what is
   * sent for a moment is sent once, whatever kills the process. Either may be empty.
   *
   * @param marks in milliseconds, by keys of the sender's own
   */
  CompletableFuture<Void> send(List<Forward> messages, Map<String, Instant> marks);

  /** The marks that were set with messages; read from the disk. */
  Map<String, Instant> marks();

  /** Removes marks, those that are there. */
  CompletableFuture<Void> forgetMarks(Collection<String> keys);

  /** Removes a queue with all its messages; whoever waits for messages of it gets none. */
  void delete(String name);

  @Override
  void close();
}
