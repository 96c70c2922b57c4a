package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One extension's subscription to telemetry: events gather until there are enough of them or the
 * first has waited long enough, and go out in one batch.
 *
 * <p>A virtual thread of its own sends; whoever has an event leaves it under {@link #lock} and goes
 * on. A subscriber that is too slow loses what does not fit, and hears of how much that was.
 */
final class TelemetrySubscription implements AutoCloseable {
  /** How many batches may wait for a slow subscriber. */
  private static final int BATCHES = 4;

  /**
   * How events gather.
   *
   * @param maxItems events of a batch, 1,000 to 10,000
   * @param maxBytes of a batch, 262,144 to 1,048,576
   * @param timeoutMillis how long the first event of a batch waits, 25 to 30,000
   */
  record Buffering(int maxItems, int maxBytes, int timeoutMillis) {
    static final Buffering DEFAULT = new Buffering(10_000, 262_144, 1000);
  }

  /** Where batches go. Called by one thread. */
  interface Destination extends AutoCloseable {
    void send(List<byte[]> events) throws IOException;

    /** Makes a {@link #send} that is under way fail, and all that follow. */
    @Override
    void close();
  }

  private final UUID subscriber;
  private final Set<Telemetry.Kind> kinds;
  private final Buffering buffering;
  private final Telemetry.Budget budget;
  private final Destination destination;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final Deque<byte[]> waiting = new ArrayDeque<>();

  /** Those of what waits. */
  private long bytes;

  /** Those of what is being sent. */
  private long sendingBytes;

  private long firstAt;
  private long droppedEvents;
  private long droppedBytes;
  private boolean flush;
  private boolean sending;
  private boolean closed;

  /**
   * @param budget what waits and what is being sent is taken from this
   */
  TelemetrySubscription(
      UUID subscriber,
      Set<Telemetry.Kind> kinds,
      Buffering buffering,
      Telemetry.Budget budget,
      Destination destination) {
    this.subscriber = subscriber;
    this.kinds = Set.copyOf(kinds);
    this.buffering = buffering;
    this.budget = budget;
    this.destination = destination;
  }

  void start() {
    Thread.ofVirtual().name("telemetry").start(this::run);
  }

  UUID subscriber() {
    return subscriber;
  }

  /** Takes an event, unless it is of another kind or there is no room. */
  void offer(Telemetry.Kind kind, byte[] event) {
    if (!kinds.contains(kind)) {
      return;
    }
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (!hasRoom(event.length) || !budget.take(event.length)) {
        droppedEvents++;
        droppedBytes += event.length;
        return;
      }
      if (waiting.isEmpty()) {
        firstAt = System.nanoTime();
      }
      waiting.addLast(event);
      bytes += event.length;
      if (!sending && (waiting.size() == 1 || due())) {
        change.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether it would take an event of so many bytes. */
  boolean wants(Telemetry.Kind kind, int length) {
    if (!kinds.contains(kind)) {
      return false;
    }
    lock.lock();
    try {
      return !closed && hasRoom(length) && budget.has(length);
    } finally {
      lock.unlock();
    }
  }

  /** An event of so many bytes was not made, because nobody has room for it. */
  void lost(Telemetry.Kind kind, int length) {
    if (!kinds.contains(kind)) {
      return;
    }
    lock.lock();
    try {
      droppedEvents++;
      droppedBytes += length;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int length) {
    return bytes + length <= (long) BATCHES * buffering.maxBytes()
        && waiting.size() < BATCHES * buffering.maxItems();
  }

  /** Has what waits sent, and waits for that for a moment. */
  void flush() {
    lock.lock();
    try {
      flush = true;
      change.signalAll();
      long left = TimeUnit.MILLISECONDS.toNanos(100);
      while (left > 0 && !closed && (sending || !waiting.isEmpty())) {
        left = change.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (List<byte[]> batch = next(); !batch.isEmpty(); batch = next()) {
        send(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(List<byte[]> batch) {
    boolean sent = false;
    try {
      destination.send(batch);
      sent = true;
    } catch (IOException | RuntimeException e) {
      // Counted below: the subscriber is not there, or not yet, or there is no socket.
    }
    lock.lock();
    try {
      sending = false;
      budget.giveBack(sendingBytes);
      if (!sent) {
        droppedEvents += batch.size();
        droppedBytes += sendingBytes;
      }
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a batch; empty once it is over. */
  private List<byte[]> next() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && !due()) {
        if (waiting.isEmpty()) {
          change.await();
        } else {
          change.awaitNanos(left());
        }
      }
      return closed ? List.of() : take();
    } finally {
      lock.unlock();
    }
  }

  private boolean due() {
    return !waiting.isEmpty()
        && (flush
            || waiting.size() >= buffering.maxItems()
            || bytes >= buffering.maxBytes()
            || left() <= 0);
  }

  private long left() {
    return firstAt + TimeUnit.MILLISECONDS.toNanos(buffering.timeoutMillis()) - System.nanoTime();
  }

  private List<byte[]> take() {
    List<byte[]> batch = new ArrayList<>();
    long size = 0;
    if (droppedEvents > 0) {
      batch.add(dropped().getBytes(StandardCharsets.UTF_8));
      droppedEvents = 0;
      droppedBytes = 0;
    }
    while (!waiting.isEmpty()
        && batch.size() < buffering.maxItems()
        && (size == 0 || size + waiting.getFirst().length <= buffering.maxBytes())) {
      byte[] event = waiting.removeFirst();
      size += event.length;
      batch.add(event);
    }
    bytes -= size;
    sendingBytes = size;
    firstAt = System.nanoTime();
    sending = true;
    flush = flush && !waiting.isEmpty();
    return batch;
  }

  private String dropped() {
    return new JsonFields()
        .text("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
        .text("type", "platform.logsDropped")
        .object(
            "record",
            new JsonFields()
                .text(
                    "reason",
                    "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.")
                .number("droppedRecords", droppedEvents)
                .number("droppedBytes", droppedBytes))
        .toString();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      budget.giveBack(bytes);
      bytes = 0;
      change.signalAll();
    } finally {
      lock.unlock();
    }
    destination.close();
  }
}
