package io.mayfly.events;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.Queues;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is in a durable queue, one message after another, in one task at a time that is there
 * only while there is something to do. Whatever does a message deletes it, together with what
 * follows from it; what fails comes again when its lease is over. The queue is made when something
 * is to be put into it for the first time. Safe for use by many threads.
 */
final class Drain implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);
  private static final int BATCH = 10;

  /** When something is given up is for who does it to say, and never for the queue. */
  private static final QueueRules RULES =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(36_500), Optional.empty());

  private final Queues queues;
  private final String name;
  private final Duration lease;
  private final Executor tasks;
  private final AtomicInteger signals = new AtomicInteger();
  private volatile boolean closed;

  /** Guarded by this, as the next. */
  private @Nullable Consumer<Delivery> work;

  private @Nullable AutoCloseable ready;

  /**
   * @param lease for how long messages are kept from being done again; longer than ten take
   * @param tasks runs what may block, and never refuses
   */
  Drain(Queues queues, String name, Duration lease, Executor tasks) {
    this.queues = queues;
    this.name = name;
    this.lease = lease;
    this.tasks = tasks;
  }

  /**
   * Begins with what is there.
   *
   * @param how does a message; may block
   */
  synchronized void start(Consumer<Delivery> how) {
    work = how;
    queues.find(name).ifPresent(this::listen);
  }

  /** The queue. */
  MessageQueue queue() {
    return queues.find(name).orElseGet(this::create);
  }

  private synchronized MessageQueue create() {
    Optional<MessageQueue> known = queues.find(name);
    if (known.isPresent()) {
      return known.get();
    }
    MessageQueue made = queues.create(name, RULES, "");
    listen(made);
    return made;
  }

  /** How many messages there are. */
  long size() {
    return queues.find(name).map(queue -> queue.holdings().messages()).orElse(0L);
  }

  private synchronized void listen(MessageQueue queue) {
    Consumer<Delivery> how = work;
    if (how != null && ready == null && !closed) {
      ready = queue.whenReady(() -> signal(queue, how));
    }
  }

  private void signal(MessageQueue queue, Consumer<Delivery> how) {
    if (signals.getAndIncrement() == 0) {
      tasks.execute(() -> run(queue, how));
    }
  }

  private void run(MessageQueue queue, Consumer<Delivery> how) {
    int seen;
    do {
      seen = signals.get();
      boolean more = true;
      while (more && !closed) {
        more = batch(queue, how);
      }
    } while (!signals.compareAndSet(seen, 0));
  }

  private boolean batch(MessageQueue queue, Consumer<Delivery> how) {
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
        how.accept(each);
      } catch (RuntimeException e) {
        failed(e);
      }
    }
    return !batch.isEmpty();
  }

  private void failed(RuntimeException e) {
    if (!closed) {
      log.warn("a message of {} will be done later", name, e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    AutoCloseable listening = ready;
    if (listening != null) {
      try {
        listening.close();
      } catch (Exception e) {
        // Queues take back listeners without a word.
        throw new IllegalStateException(e);
      }
    }
  }
}
