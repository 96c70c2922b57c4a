package io.mayfly.kafka;

import io.mayfly.model.Limits;
import io.mayfly.triggers.EventFilter;
import io.mayfly.triggers.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The event that a function gets with records of a topic ("Using Lambda with self-managed Apache
 * Kafka" in the developer guide).
 *
 * @param payload of 6 MB at most, unless a single record has more
 * @param count how many records are in it
 */
record KafkaEvent(byte[] payload, int count) {
  /** What a record has beside key, value and headers, about. */
  private static final int FRAME = 160;

  private static final byte[] END = "]}}".getBytes(StandardCharsets.UTF_8);

  /** How many bytes of an event a record is, about. */
  static long size(ConsumerRecord<byte[], byte[]> record) {
    long size = FRAME + 2L * record.topic().length();
    size += base64(record.serializedKeySize()) + base64(record.serializedValueSize());
    for (Header header : record.headers()) {
      byte[] value = header.value();
      size += header.key().length() + (value == null ? 0 : 4L * value.length);
    }
    return size;
  }

  private static long base64(int bytes) {
    return bytes < 0 ? 0 : (bytes + 2L) / 3 * 4;
  }

  /**
   * An event with the first of these records, at least one, and as many as there is room for.
   *
   * @param brokers with commas between them
   * @param records of each partition together
   */
  static KafkaEvent of(String brokers, List<ConsumerRecord<byte[], byte[]>> records) {
    JsonBytes json =
        new JsonBytes()
            .raw("{\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":")
            .text(brokers)
            .raw(",\"records\":{");
    TopicPartition group = null;
    int count = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      int before = json.size();
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (partition.equals(group)) {
        json.raw(",");
      } else {
        json.raw(group == null ? "" : "],").text(partition.toString()).raw(":[");
      }
      write(
          json,
          record,
          value -> {
            var _ = value.text(Base64.getEncoder().encode(record.value()));
          });
      if (count > 0 && json.size() + END.length > Limits.REQUEST_BYTES) {
        json.cut(before);
        break;
      }
      group = partition;
      count++;
    }
    return new KafkaEvent(json.raw(END).toBytes(), count);
  }

  /** Whether a record is one that its function is to be called with. */
  static boolean matches(EventFilter filter, ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    return filter.matches(
        value == null ? new byte[0] : value,
        (json, parsed) ->
            write(
                json,
                record,
                to -> {
                  var _ = parsed ? to.raw(record.value()) : to.text(record.value());
                }));
  }

  private static void write(
      JsonBytes json, ConsumerRecord<byte[], byte[]> record, Consumer<JsonBytes> value) {
    json.raw("{\"topic\":").text(record.topic());
    json.raw(",\"partition\":" + record.partition());
    json.raw(",\"offset\":" + record.offset());
    json.raw(",\"timestamp\":" + record.timestamp());
    json.raw(",\"timestampType\":").text(record.timestampType().name());
    if (record.key() != null) {
      json.raw(",\"key\":").text(Base64.getEncoder().encode(record.key()));
    }
    if (record.value() != null) {
      json.raw(",\"value\":");
      value.accept(json);
    }
    json.raw(",\"headers\":[");
    String comma = "";
    for (Header header : record.headers()) {
      json.raw(comma).raw("{").text(header.key()).raw(":");
      numbers(json, header.value());
      json.raw("}");
      comma = ",";
    }
    json.raw("]}");
  }

  /** Bytes as Java has them: from -128 to 127, as in the events of Lambda. */
  private static void numbers(JsonBytes json, byte @Nullable [] bytes) {
    StringBuilder text = new StringBuilder("[");
    if (bytes != null) {
      for (byte each : bytes) {
        text.append(text.length() > 1 ? "," : "").append(each);
      }
    }
    json.raw(text.append(']').toString());
  }
}
