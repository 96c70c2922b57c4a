package io.mayfly.kafka;

import io.mayfly.triggers.BatchItemFailures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What a function says of single records of its batch: {@code {"partition": "topic-0", "offset":
 * 7}} for each that failed ("Configuring error handling controls for Kafka event sources" in the
 * developer guide). Its answer may be anything.
 */
final class FailedOffsets {
  private FailedOffsets() {}

  /**
   * The records to be tried again: of each partition the first that failed and all after it, so
   * that order is kept whether the handler stopped there or went on. Empty if the whole batch has
   * failed, because the answer is no JSON, or names what was not in the batch.
   */
  static Optional<List<ConsumerRecord<byte[], byte[]>>> left(
      byte[] answer, List<ConsumerRecord<byte[], byte[]>> records) {
    Map<String, Set<Long>> known = new HashMap<>();
    records.forEach(
        record -> known.computeIfAbsent(name(record), _ -> new HashSet<>()).add(record.offset()));
    Map<String, Long> first = new HashMap<>();
    if (!BatchItemFailures.read(answer, parser -> read(parser, known, first))) {
      return Optional.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> left = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() >= first.getOrDefault(name(record), Long.MAX_VALUE)) {
        left.add(record);
      }
    }
    return Optional.of(left);
  }

  private static String name(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition()).toString();
  }

  private static boolean read(
      JsonParser parser, Map<String, Set<Long>> known, Map<String, Long> first) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return false;
    }
    String partition = "";
    long offset = -1;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("partition") && value == JsonToken.VALUE_STRING) {
        partition = parser.getString();
      } else if (name.equals("offset") && value == JsonToken.VALUE_NUMBER_INT) {
        offset = parser.getLongValue();
      } else {
        parser.skipChildren();
      }
    }
    boolean there = known.getOrDefault(partition, Set.of()).contains(offset);
    if (there) {
      first.merge(partition, offset, Math::min);
    }
    return there;
  }
}
