package io.mayfly.kafka;

import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceMapping;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Makes consumers of Kafka's own client, set up for event sources. */
final class Consumers {
  /** What is fetched of one partition at a time, and of all on one broker. */
  private static final int PARTITION_BYTES = 1024 * 1024;

  private static final int BROKER_BYTES = 4 * 1024 * 1024;
  private static final int RECORDS = 500;

  /** After so long without a sign of life a member's partitions are given to others. */
  private static final int SESSION_MILLIS = 10_000;

  private static final int REQUEST_MILLIS = 5_000;
  private static final int LONGEST_BACKOFF_MILLIS = 2_000;
  private static final int METADATA_MILLIS = 30_000;

  private Consumers() {}

  /**
   * A consumer that is in its group by the mapping's name: after a crash it has its partitions back
   * at once, and nobody else's move.
   *
   * @throws org.apache.kafka.common.KafkaException if no broker has a known address
   */
  static KafkaConsumer<byte[], byte[]> open(EventSourceMapping mapping) {
    EventSource source = mapping.source();
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", source.brokers()));
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, source.consumerGroup().orElse(mapping.uuid()));
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, mapping.uuid());
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "mayfly-" + mapping.uuid());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // Where reading begins is said outright; this is for what has been committed and is gone.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    // Partitions that stay are not taken away for the time that others move.
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        List.of(CooperativeStickyAssignor.class));
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_MILLIS / 5);
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    settings.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, LONGEST_BACKOFF_MILLIS);
    settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MILLIS);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_BYTES);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, BROKER_BYTES);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS);
    settings.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of());
    settings.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
