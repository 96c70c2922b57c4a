package io.mayfly.kafka;

import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.triggers.CallSlots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with the brokers: partitions as the group assigns them, batches of their records, and
 * offsets committed when those are done. Everything but {@link #wake} and {@link #interrupt} is for
 * the thread that reads.
 */
final class KafkaSession implements ConsumerRebalanceListener, AutoCloseable {
  /** Records of all mappings in memory when no more are fetched beside others. */
  private static final long MOST_BYTES = 64L * 1024 * 1024;

  /** Records of one event at most, in its bytes. */
  private static final long EVENT_BYTES = 6L * 1024 * 1024;

  /** What Lambda gathers for if nothing is said. */
  private static final Duration WINDOW = Duration.ofMillis(500);

  private static final Duration LONGEST_POLL = Duration.ofSeconds(1);
  private static final Duration BROKERS_PATIENCE = Duration.ofSeconds(2);

  /** How often brokers that are silent are asked for something. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private static final Duration LAST_WORDS = Duration.ofMillis(300);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(KafkaSession.class);

  private final KafkaSource source;
  private final KafkaReader reader;
  private final EventSourceMapping mapping;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Lane> lanes = new HashMap<>();

  private final Batches batches;
  private final Offsets offsets;
  private volatile boolean waiting;
  private long heardAt;

  /**
   * @throws KafkaException if no broker has a known address
   */
  KafkaSession(KafkaSource source, KafkaReader reader, EventSourceMapping mapping) {
    this.source = source;
    this.reader = reader;
    this.mapping = mapping;
    this.consumer = Consumers.open(mapping);
    this.batches = new Batches(source, reader, this::batchOver);
    this.offsets = new Offsets(consumer, source.ports().nanoTime());
    this.heardAt = now();
  }

  private long now() {
    return source.ports().nanoTime().getAsLong();
  }

  /** There is something to see to. */
  void wake() {
    consumer.wakeup();
  }

  /** Gives up calls that are under way. */
  void interrupt() {
    batches.interrupt();
  }

  /** What to say when brokers do not do what they are to. */
  static String connectionError(EventSource source, Throwable why) {
    return "Connection error. Please check your event source connection configuration. (%s: %s)"
        .formatted(
            String.join(",", source.brokers()),
            why instanceof TimeoutException
                ? "no answer in time"
                : why instanceof OutOfMemoryError
                    ? "its answer is too large; is it a PLAINTEXT listener of Kafka?"
                    : why.getMessage());
  }

  /**
   * Reads until the reader ends and its calls have.
   *
   * @throws KafkaException if another session is needed
   */
  void read() throws InterruptedException {
    awaitTopics();
    consumer.subscribe(mapping.source().topics(), this);
    while (!reader.ending() || (!batches.isEmpty() && !reader.hurried())) {
      try {
        turn();
      } catch (WakeupException e) {
        // There is something to see to, which the next turn does.
        log.trace("woken");
      }
    }
  }

  private void awaitTopics() throws InterruptedException {
    while (!reader.ending()) {
      try {
        if (topicsAreThere()) {
          heardAt = now();
          return;
        }
        var _ = reader.awaitEnd(AFTER_FAILURE);
      } catch (WakeupException e) {
        log.trace("woken");
      }
    }
  }

  /** Whether brokers know the topics; says so if they do not. */
  private boolean topicsAreThere() {
    try {
      for (String topic : mapping.source().topics()) {
        if (consumer.partitionsFor(topic, BROKERS_PATIENCE).isEmpty()) {
          source.problem(Optional.of("The topic %s does not exist.".formatted(topic)));
          return false;
        }
      }
      return true;
    } catch (TimeoutException e) {
      source.problem(Optional.of(connectionError(mapping.source(), e)));
      return false;
    }
  }

  private void turn() {
    batches.collect(offsets::add);
    Duration wait = LONGEST_POLL;
    if (!reader.ending()) {
      place();
      wait = begin();
    }
    pauseAndResume();
    offsets.commit();
    long now = now();
    for (ConsumerRecord<byte[], byte[]> record : poll(wait)) {
      Lane lane = lanes.get(new TopicPartition(record.topic(), record.partition()));
      if (lane != null) {
        lane.add(record, now());
        source.held().addAndGet(KafkaEvent.size(record));
        heard(now);
      }
    }
    look();
  }

  /** Batches wake it only while it waits: woken before, it would not have read at all. */
  private ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    waiting = true;
    try {
      return consumer.poll(batches.someOver() ? Duration.ZERO : wait);
    } finally {
      waiting = false;
    }
  }

  private void batchOver() {
    if (waiting) {
      wake();
    }
  }

  private void heard(long now) {
    heardAt = now;
    source.problem(Optional.empty());
  }

  /** Asks brokers that have been silent for something; they may be gone. */
  private void look() {
    long now = now();
    if (now - heardAt < LOOK.toNanos() || reader.ending()) {
      return;
    }
    if (lanes.isEmpty()) {
      if (topicsAreThere()) {
        heard(now());
      }
      return;
    }
    try {
      var _ = consumer.endOffsets(Set.of(lanes.keySet().iterator().next()), BROKERS_PATIENCE);
      heard(now());
    } catch (TimeoutException e) {
      source.problem(Optional.of(connectionError(mapping.source(), e)));
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> lanes.put(partition, new Lane(partition)));
    consumer.pause(partitions);
    if (partitions.isEmpty() && lanes.isEmpty()) {
      // Other members of the group have them all.
      source.started();
    }
    // The poll that this is called from would wait for records, of which paused ones have none.
    wake();
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    batches.shares().forEach(offsets::add);
    offsets.commitNow(BROKERS_PATIENCE);
    onPartitionsLost(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Lane lane = lanes.remove(partition);
      if (lane != null) {
        lane.gone = true;
        source.held().addAndGet(-lane.bytes());
      }
      offsets.forget(partition);
    }
  }

  /** Finds where new partitions are to be read from, and writes that down before they are. */
  private void place() {
    Set<TopicPartition> fresh = new HashSet<>();
    lanes.values().stream().filter(lane -> !lane.placed).forEach(lane -> fresh.add(lane.partition));
    if (fresh.isEmpty()) {
      return;
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> known = consumer.committed(fresh, BROKERS_PATIENCE);
      Map<TopicPartition, OffsetAndMetadata> starts =
          Starts.find(
              consumer,
              mapping.source(),
              fresh.stream().filter(partition -> known.get(partition) == null).toList());
      if (!starts.isEmpty()) {
        consumer.commitSync(starts, BROKERS_PATIENCE);
        starts.forEach(consumer::seek);
      }
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      // The group may be moving, or the brokers be gone: the next turn tries again.
      log.debug("partitions of mapping {} have no place yet", mapping.uuid(), e);
      if (e instanceof TimeoutException) {
        source.problem(Optional.of(connectionError(mapping.source(), e)));
      }
      return;
    }
    fresh.forEach(
        partition -> {
          Lane lane = lanes.get(partition);
          if (lane != null) {
            lane.placed = true;
          }
        });
    heard(now());
    source.started();
  }

  /** Begins batches, as many as there are records and room for; how long to wait for the next. */
  private Duration begin() {
    EventSourceMapping now = source.mapping();
    long window = now.settings().window().orElse(WINDOW).toNanos();
    while (true) {
      List<Lane> ready = ready();
      if (ready.isEmpty()) {
        source.slots().idle();
        return LONGEST_POLL;
      }
      int count = ready.stream().mapToInt(Lane::count).sum();
      long bytes = ready.stream().mapToLong(Lane::bytes).sum();
      long waited = now() - ready.getFirst().since();
      if (count < now.settings().batchSize() && bytes < EVENT_BYTES && waited < window) {
        return Duration.ofNanos(Math.min(window - waited, LONGEST_POLL.toNanos()));
      }
      if (source.slots().take(1, source.most()) == 0) {
        return CallSlots.PERIOD;
      }
      batches.start(shares(ready, now.settings().batchSize()));
    }
  }

  /** Partitions that have records and no batch, those first that have waited longest. */
  private List<Lane> ready() {
    return lanes.values().stream()
        .filter(lane -> lane.placed && !lane.isEmpty() && !source.taken().contains(lane.partition))
        .sorted(Comparator.comparingLong(Lane::since))
        .toList();
  }

  private List<Share> shares(List<Lane> ready, int most) {
    List<Share> shares = new ArrayList<>();
    int count = 0;
    long bytes = 0;
    for (Lane lane : ready) {
      if (count >= most || bytes >= EVENT_BYTES) {
        break;
      }
      long before = lane.bytes();
      Share share = new Share(lane, lane.take(most - count, EVENT_BYTES - bytes, now()));
      shares.add(share);
      count += share.records.size();
      bytes += before - lane.bytes();
    }
    return shares;
  }

  private void pauseAndResume() {
    boolean full = source.held().get() > MOST_BYTES;
    boolean any = !batches.isEmpty() || lanes.values().stream().anyMatch(lane -> !lane.isEmpty());
    int most = source.mapping().settings().batchSize();
    Set<TopicPartition> paused = new HashSet<>();
    Set<TopicPartition> resumed = new HashSet<>();
    for (Lane lane : lanes.values()) {
      boolean enough = lane.count() >= most || lane.bytes() >= EVENT_BYTES || (full && any);
      (reader.ending() || !lane.placed || enough ? paused : resumed).add(lane.partition);
    }
    consumer.pause(paused);
    consumer.resume(resumed);
  }

  /** Commits what is done, and leaves the group, so that others need not wait. */
  @Override
  public void close() {
    if (reader.hurried()) {
      batches.interrupt();
      var _ = batches.await(LAST_WORDS);
    }
    batches.collect(offsets::add);
    offsets.commitNow(LAST_WORDS);
    batches.leave();
    onPartitionsLost(List.copyOf(lanes.keySet()));
    try {
      consumer.close(
          CloseOptions.timeout(LAST_WORDS)
              .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
    } catch (KafkaException e) {
      log.debug("the session of mapping {} could not be ended", mapping.uuid(), e);
    }
  }
}
