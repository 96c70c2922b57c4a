package io.mayfly.kafka;

import io.mayfly.functions.EventDeliveries.Status;
import io.mayfly.kafka.KafkaSources.Destinations;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.EventSourceSettings.Pollers;
import io.mayfly.triggers.CallSlots;
import io.mayfly.triggers.EventFilter;
import io.mayfly.triggers.MappedSource;
import io.mayfly.triggers.SourcePorts;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a topic's records to a function, as one mapping says: what of that outlives a connection.
 * While the mapping is enabled, a {@link KafkaReader} reads.
 */
final class KafkaSource implements MappedSource {
  /** As many batches run at first as of other sources. */
  private static final int FIRST = 5;

  private static final Logger log = LoggerFactory.getLogger(KafkaSource.class);

  private final SourcePorts ports;
  private final Destinations destinations;
  private final AtomicLong held;
  private final CallSlots slots;

  /** Partitions of whose records a batch is under way, whoever has begun it. */
  private final Set<TopicPartition> taken = ConcurrentHashMap.newKeySet();

  private volatile EventSourceMapping mapping;
  private volatile EventFilter filter;
  private volatile Optional<String> lastResult = Optional.empty();
  private volatile Optional<String> problem = Optional.empty();
  private volatile boolean started;
  private volatile String starting = "Creating";
  private boolean stopped;

  /** Who reads; one that is ending stays here until there is another. */
  private volatile @Nullable KafkaReader reader;

  /**
   * @param held how many bytes of records all mappings have in memory
   */
  KafkaSource(
      SourcePorts ports, Destinations destinations, AtomicLong held, EventSourceMapping mapping) {
    this.ports = ports;
    this.destinations = destinations;
    this.held = held;
    this.mapping = mapping;
    this.filter = KafkaSources.filter(mapping);
    this.slots =
        new CallSlots(
            mapping.settings().pollers().flatMap(Pollers::minimum).orElse(FIRST),
            ports.busy(),
            ports.nanoTime());
  }

  @Override
  public EventSourceMapping mapping() {
    return mapping;
  }

  @Override
  public synchronized void change(EventSourceMapping next) {
    if (!next.settings().filters().equals(mapping.settings().filters())) {
      filter = KafkaSources.filter(next);
    }
    mapping = next;
    KafkaReader now = reader;
    boolean reading = now != null && !now.ending();
    if (next.enabled() && !reading && !stopped) {
      started = false;
      problem = Optional.empty();
      KafkaReader fresh = new KafkaReader(this, Optional.ofNullable(now));
      reader = fresh;
      fresh.start();
    } else if (now != null && !next.enabled()) {
      starting = "Enabling";
      now.end();
    } else if (now != null) {
      now.wake();
    }
  }

  @Override
  public synchronized void stop() {
    stopped = true;
    KafkaReader now = reader;
    if (now != null) {
      now.end();
    }
  }

  @Override
  public void interrupt(Duration patience) {
    KafkaReader now = reader;
    if (now != null) {
      now.interrupt(patience);
    }
  }

  @Override
  public boolean busy() {
    return slots.taken() > 0;
  }

  @Override
  public Status status() {
    Optional<String> result = problem.map("PROBLEM: "::concat).or(() -> lastResult);
    if (!mapping.enabled()) {
      return new Status(busy() ? "Disabling" : "Disabled", result);
    }
    return new Status(started ? "Enabled" : starting, result);
  }

  /** The partitions are known, or that they cannot be. */
  void started() {
    started = true;
  }

  /** Why nothing can be read; empty when it can. */
  void problem(Optional<String> next) {
    if (next.isPresent()) {
      started = true;
      if (!next.equals(problem)) {
        log.warn("mapping {} brings nothing: {}", mapping.uuid(), next.get());
      }
    }
    problem = next;
  }

  /** What a call came to, in Lambda's words. */
  void result(String result) {
    lastResult = Optional.of(result);
  }

  /** How many batches may run: what the mapping says, and what there is room for. */
  int most() {
    int asked = mapping.settings().pollers().flatMap(Pollers::maximum).orElse(Integer.MAX_VALUE);
    return Math.min(asked, ports.room(mapping.function()));
  }

  EventFilter filter() {
    return filter;
  }

  SourcePorts ports() {
    return ports;
  }

  Destinations destinations() {
    return destinations;
  }

  AtomicLong held() {
    return held;
  }

  CallSlots slots() {
    return slots;
  }

  Set<TopicPartition> taken() {
    return taken;
  }
}
