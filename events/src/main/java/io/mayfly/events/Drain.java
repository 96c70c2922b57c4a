package io.mayfly.events;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is in a durable queue, one message after another, in one task at a time that is there
 * only while there is something to do. Whatever does a message deletes it, together with what
 * follows from it; what fails comes again when its lease is over.
 */
final class Drain implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);
  private static final int BATCH = 10;

  private final MessageQueue queue;
  private final Duration lease;
  private final Consumer<Delivery> work;
  private final Executor tasks;
  private final AtomicInteger signals = new AtomicInteger();
  private final AutoCloseable ready;
  private volatile boolean closed;

  /**
   * @param lease for how long messages are kept from being done again; longer than ten take
   * @param work may block
   * @param tasks runs what may block, and never refuses
   */
  Drain(MessageQueue queue, Duration lease, Consumer<Delivery> work, Executor tasks) {
    this.queue = queue;
    this.lease = lease;
    this.work = work;
    this.tasks = tasks;
    this.ready = queue.whenReady(this::signal);
  }

  private void signal() {
    if (signals.getAndIncrement() == 0) {
      tasks.execute(this::run);
    }
  }

  private void run() {
    int seen;
    do {
      seen = signals.get();
      boolean more = true;
      while (more && !closed) {
        more = batch();
      }
    } while (!signals.compareAndSet(seen, 0));
  }

  private boolean batch() {
    List<Delivery> batch;
    try {
      batch = queue.receive(BATCH, lease);
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
    for (Delivery each : batch) {
      if (closed) {
        // It comes again after the next start.
        var _ = queue.changeVisibility(each.receipt(), Duration.ZERO);
        continue;
      }
      try {
        work.accept(each);
      } catch (RuntimeException e) {
        failed(e);
      }
    }
    return !batch.isEmpty();
  }

  private void failed(RuntimeException e) {
    if (!closed) {
      log.warn("a message of {} will be done later", queue.name(), e);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      ready.close();
    } catch (Exception e) {
      // Queues take back listeners without a word.
      throw new IllegalStateException(e);
    }
  }
}
