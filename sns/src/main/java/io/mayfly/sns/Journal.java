package io.mayfly.sns;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Receipt;
import io.mayfly.queue.Sent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a FIFO topic: a durable queue in which a message gets its place, and is found to
 * be a duplicate. From there messages move to all subscribers, in their order and each in one
 * transaction; whoever publishes waits for that. One that was accepted when the platform died moves
 * after the next start.
 */
final class Journal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);
  private static final int BATCH = 10;
  private static final Duration LEASE = Duration.ofMinutes(1);

  /** About how much is written at once. */
  private static final long PART_BYTES = 32L * 1024 * 1024;

  /** How long what could not be moved, because the disk did not take it, waits. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final MessageQueue queue;
  private final Function<Published, Optional<List<Forward>>> fanOut;
  private final Executor tasks;
  private final ReentrantLock moving = new ReentrantLock();
  private final AutoCloseable ready;
  private volatile boolean closed;

  /**
   * @param fanOut what is to be written for a message; empty if the topic is gone
   * @param tasks runs what may block, and never refuses
   */
  Journal(MessageQueue queue, Function<Published, Optional<List<Forward>>> fanOut, Executor tasks) {
    this.queue = queue;
    this.fanOut = fanOut;
    this.tasks = tasks;
    this.ready = queue.whenReady(this::signal);
  }

  MessageQueue queue() {
    return queue;
  }

  /**
   * Publishes messages, in their order.
   *
   * @return one for each: with the id and place of an earlier message if it is a duplicate
   */
  List<Sent> publish(List<Published> messages) {
    List<Sent> sent = Waiting.on(queue.send(messages.stream().map(Published::queued).toList()));
    move();
    return sent;
  }

  /** There may be something to move. Does not block. */
  void signal() {
    if (!closed) {
      tasks.execute(
          () -> {
            try {
              move();
            } catch (RuntimeException e) {
              if (!closed) {
                log.error("messages of {} could not be moved", queue.name(), e);
              }
            }
          });
    }
  }

  /** Moves what is there; when it returns, what was there before is on the disk elsewhere. */
  private void move() {
    moving.lock();
    try {
      while (!closed) {
        List<Delivery> batch = queue.receive(BATCH, LEASE);
        if (batch.isEmpty()) {
          return;
        }
        move(batch);
      }
    } finally {
      moving.unlock();
    }
  }

  private void move(List<Delivery> batch) {
    Deque<Delivery> left = new ArrayDeque<>(batch);
    try {
      while (!left.isEmpty()) {
        movePart(left);
      }
    } catch (RuntimeException e) {
      batch.forEach(message -> queue.changeVisibility(message.receipt(), PAUSE));
      throw e;
    }
  }

  /** Moves the first of them, and more as long as that does not become much. */
  private void movePart(Deque<Delivery> left) {
    List<Receipt> receipts = new ArrayList<>();
    List<Forward> forwards = new ArrayList<>();
    long bytes = 0;
    while (!left.isEmpty() && bytes < PART_BYTES) {
      Delivery message = left.removeFirst();
      receipts.add(message.receipt());
      List<Forward> more = fanOut.apply(Published.of(message)).orElse(List.of());
      forwards.addAll(more);
      bytes += more.stream().mapToLong(each -> each.message().body().length).sum();
    }
    var _ = Waiting.on(queue.delete(receipts, forwards));
  }

  @Override
  public void close() {
    closed = true;
    try {
      ready.close();
    } catch (Exception e) {
      log.warn("{} may still be signalled: {}", queue.name(), e.toString());
    }
  }
}
