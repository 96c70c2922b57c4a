package io.mayfly.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of one session, each on a virtual thread of its own. Their partitions are taken until
 * {@link #collect} has seen that they are over, or, after {@link #leave}, until they are.
 */
final class Batches {
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(Batches.class);

  private record Running(List<Share> shares, long bytes) {}

  private final KafkaSource source;
  private final KafkaReader reader;
  private final Runnable whenOver;

  /** Batches by their threads, and of these those that are over. */
  private final Map<Thread, Running> running = new ConcurrentHashMap<>();

  private final Set<Thread> over = ConcurrentHashMap.newKeySet();
  private boolean left;

  /**
   * @param whenOver hears that a batch is over, on its thread
   */
  Batches(KafkaSource source, KafkaReader reader, Runnable whenOver) {
    this.source = source;
    this.reader = reader;
    this.whenOver = whenOver;
  }

  boolean isEmpty() {
    return running.isEmpty();
  }

  /** Whether {@link #collect} has something to see. */
  boolean someOver() {
    return !over.isEmpty();
  }

  /** Starts a batch, for which there is a place already. */
  void start(List<Share> shares) {
    long bytes =
        shares.stream().flatMap(share -> share.records.stream()).mapToLong(KafkaEvent::size).sum();
    shares.forEach(share -> source.taken().add(share.lane.partition));
    KafkaBatch batch = new KafkaBatch(source, reader, shares);
    Thread thread =
        Thread.ofVirtual().name("batch-" + source.mapping().uuid()).unstarted(() -> run(batch));
    running.put(thread, new Running(shares, bytes));
    thread.start();
  }

  private void run(KafkaBatch batch) {
    try {
      try {
        batch.run();
      } catch (RuntimeException e) {
        log.warn("a batch of mapping {} ended badly", source.mapping().uuid(), e);
        source.result("PROBLEM: " + e.getMessage());
        var _ = reader.awaitEnd(AFTER_FAILURE);
      }
    } catch (InterruptedException e) {
      // What is not done comes again, to whoever reads then.
      log.debug("a batch of mapping {} was given up", source.mapping().uuid());
    } finally {
      over(Thread.currentThread());
    }
  }

  private synchronized void over(Thread thread) {
    if (left) {
      release(thread);
    } else {
      over.add(thread);
      whenOver.run();
    }
  }

  private void release(Thread thread) {
    Running batch = running.remove(thread);
    over.remove(thread);
    if (batch != null) {
      batch.shares().forEach(share -> source.taken().remove(share.lane.partition));
      source.held().addAndGet(-batch.bytes());
      source.slots().giveBack(1);
    }
  }

  /** What all batches have, over or not. */
  List<Share> shares() {
    List<Share> all = new ArrayList<>();
    running.values().forEach(batch -> all.addAll(batch.shares()));
    return all;
  }

  /**
   * Frees what batches have taken that are over; what they have left is to come first again.
   *
   * @param progress gets what every batch has, over or not
   */
  void collect(Consumer<Share> progress) {
    // Before the progress: of these, all of it is there.
    List<Thread> ended = List.copyOf(over);
    shares().forEach(progress);
    for (Thread thread : ended) {
      Running batch = running.get(thread);
      if (batch != null) {
        for (Share share : batch.shares()) {
          if (!share.lane.gone) {
            long before = share.lane.bytes();
            share.lane.putBack(share.left());
            source.held().addAndGet(share.lane.bytes() - before);
          }
        }
      }
      release(thread);
    }
  }

  /** Gives up calls that are under way. */
  void interrupt() {
    running.keySet().forEach(Thread::interrupt);
  }

  /** Waits until batches that have been interrupted are over; false if this thread is. */
  boolean await(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    for (Thread thread : running.keySet()) {
      try {
        var _ = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /** Nobody collects any more. */
  synchronized void leave() {
    left = true;
    List.copyOf(over).forEach(this::release);
  }
}
