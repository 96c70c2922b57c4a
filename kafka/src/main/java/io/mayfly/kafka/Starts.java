package io.mayfly.kafka;

import io.mayfly.model.EventSource;
import io.mayfly.model.EventSource.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Where partitions are read from of which the group has committed nothing. */
final class Starts {
  private Starts() {}

  /** Asks the brokers for the offsets that a mapping's {@code StartingPosition} means now. */
  static Map<TopicPartition, OffsetAndMetadata> find(
      Consumer<byte[], byte[]> consumer,
      EventSource source,
      Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> offsets =
        switch (source.position().orElse(Position.TRIM_HORIZON)) {
          case TRIM_HORIZON -> consumer.beginningOffsets(partitions);
          case LATEST -> consumer.endOffsets(partitions);
          case AT_TIMESTAMP ->
              atTime(consumer, source.timestamp().orElse(Instant.EPOCH), partitions);
        };
    Map<TopicPartition, OffsetAndMetadata> starts = new HashMap<>();
    offsets.forEach((partition, offset) -> starts.put(partition, new OffsetAndMetadata(offset)));
    return starts;
  }

  /** The first records of a time or after it; the end where there are none. */
  private static Map<TopicPartition, Long> atTime(
      Consumer<byte[], byte[]> consumer, Instant time, Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    List<TopicPartition> later = new ArrayList<>();
    for (Map.Entry<TopicPartition, OffsetAndTimestamp> each :
        consumer.offsetsForTimes(times).entrySet()) {
      if (each.getValue() == null) {
        later.add(each.getKey());
      } else {
        offsets.put(each.getKey(), each.getValue().offset());
      }
    }
    offsets.putAll(consumer.endOffsets(later));
    return offsets;
  }
}
