package io.mayfly.kafka;

import io.mayfly.model.EventSourceMapping;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a mapping's topic from when it is enabled until it is not: one session with the brokers
 * after another, on a thread of its own, because Kafka's client blocks it.
 */
final class KafkaReader {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(KafkaReader.class);

  private final KafkaSource source;
  private final Thread thread;
  private final CountDownLatch ending = new CountDownLatch(1);
  private volatile boolean hurried;
  private volatile @Nullable KafkaSession session;

  /**
   * @param before who may still be ending
   */
  KafkaReader(KafkaSource source, Optional<KafkaReader> before) {
    this.source = source;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("mayfly-kafka-" + source.mapping().uuid())
            .unstarted(() -> runAfter(before));
  }

  void start() {
    thread.start();
  }

  /** Takes no more records; calls that are under way end as they do. */
  void end() {
    ending.countDown();
    wake();
  }

  boolean ending() {
    return ending.getCount() == 0;
  }

  /** Whether calls that are under way are not waited for. */
  boolean hurried() {
    return hurried;
  }

  /** Waits for the end; whether it has come. */
  boolean awaitEnd(Duration most) throws InterruptedException {
    return ending.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** There is something to see to. */
  void wake() {
    KafkaSession now = session;
    if (now != null) {
      now.wake();
    }
  }

  /** Ends, and gives up calls that are under way. */
  void interrupt(Duration patience) {
    hurried = true;
    end();
    KafkaSession now = session;
    if (now != null) {
      now.interrupt();
    }
    try {
      if (!thread.join(patience)) {
        log.warn("{} does not end", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One reader at a time, because both would be the same member of the group. */
  private void runAfter(Optional<KafkaReader> before) {
    try {
      if (before.isPresent()) {
        before.get().thread.join();
      }
      run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ending.countDown();
    }
  }

  private void run() throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (!ending()) {
      EventSourceMapping mapping = source.mapping();
      Optional<String> refusal = KafkaSources.refusal(mapping);
      if (refusal.isPresent()) {
        source.problem(refusal);
        awaitEnd(LONGEST_PAUSE);
        continue;
      }
      try (KafkaSession now = new KafkaSession(source, this, mapping)) {
        session = now;
        now.read();
        pause = FIRST_PAUSE;
      } catch (KafkaException | OutOfMemoryError e) {
        // Whatever answers at a broker's address may announce an answer of any size.
        log.debug("the session of mapping {} ended", mapping.uuid(), e);
        source.problem(Optional.of(KafkaSession.connectionError(mapping.source(), e)));
        awaitEnd(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      } catch (RuntimeException e) {
        log.warn("the session of mapping {} ended badly", mapping.uuid(), e);
        source.problem(Optional.of("Internal error: " + e.getMessage()));
        awaitEnd(LONGEST_PAUSE);
      } finally {
        session = null;
      }
    }
  }
}
