package io.mayfly.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offsets that are to be committed, because everything before them is done. What cannot be is
 * committed later, or comes again. For the thread that reads.
 */
final class Offsets {
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final Logger log = LoggerFactory.getLogger(Offsets.class);

  private final Consumer<byte[], byte[]> consumer;
  private final LongSupplier nanoTime;
  private final Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();
  private boolean committing;
  private long notBefore;

  Offsets(Consumer<byte[], byte[]> consumer, LongSupplier nanoTime) {
    this.consumer = consumer;
    this.nanoTime = nanoTime;
    this.notBefore = nanoTime.getAsLong();
  }

  /** Takes up how far a batch's share has come. */
  void add(Share share) {
    long next = share.next();
    if (!share.lane.gone && next > share.lane.committed) {
      share.lane.committed = next;
      pending.put(share.lane.partition, new OffsetAndMetadata(next));
    }
  }

  /** A partition is another's now. */
  void forget(TopicPartition partition) {
    pending.remove(partition);
  }

  /** Commits without waiting, one commit at a time. */
  void commit() {
    if (pending.isEmpty() || committing || nanoTime.getAsLong() - notBefore < 0) {
      return;
    }
    committing = true;
    consumer.commitAsync(
        Map.copyOf(pending),
        (offsets, error) -> {
          committing = false;
          if (error == null) {
            offsets.forEach(pending::remove);
          } else {
            log.debug("offsets are committed later", error);
            notBefore = nanoTime.getAsLong() + AGAIN.toNanos();
          }
        });
  }

  /** Commits, and waits for that, but not for long. */
  void commitNow(Duration patience) {
    // Whoever has woken the thread has done so for something else.
    for (int tries = 0; tries < 2 && !pending.isEmpty(); tries++) {
      try {
        consumer.commitSync(Map.copyOf(pending), patience);
        pending.clear();
      } catch (WakeupException e) {
        log.trace("woken");
      } catch (KafkaException e) {
        log.debug("offsets are not committed", e);
        return;
      }
    }
  }
}
