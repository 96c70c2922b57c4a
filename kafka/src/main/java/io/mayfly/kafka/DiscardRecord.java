package io.mayfly.kafka;

import io.mayfly.dispatch.InvokeResult;
import io.mayfly.model.FunctionArn;
import io.mayfly.triggers.JsonBytes;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What a destination is told of records that are given up ("Capturing discarded batches for Amazon
 * MSK and self-managed Apache Kafka event sources" in the developer guide). The records themselves
 * are still in their topic.
 *
 * @param condition one of Lambda's
 * @param invokes how often the function was called with them
 * @param answer of the last call; empty if there was none
 * @param payload how many bytes the event with them has
 */
record DiscardRecord(
    String condition,
    int invokes,
    Optional<InvokeResult> answer,
    int payload,
    List<ConsumerRecord<byte[], byte[]>> records) {
  static final String EXHAUSTED = "RetryAttemptsExhausted";
  static final String TOO_OLD = "RecordAgeExceeded";
  static final String TOO_LARGE = "MaximumPayloadSizeExceeded";

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private record Range(ConsumerRecord<byte[], byte[]> first, ConsumerRecord<byte[], byte[]> last) {}

  byte[] json(FunctionArn function, String brokers, Instant now) {
    String id =
        answer.map(result -> result.requestId().value()).orElse(UUID.randomUUID().toString());
    JsonBytes json = new JsonBytes().raw("{\"requestContext\":{\"requestId\":").text(id);
    json.raw(",\"functionArn\":").text(function.toString());
    json.raw(",\"condition\":").text(condition);
    json.raw(",\"approximateInvokeCount\":" + invokes + "},\"responseContext\":");
    if (answer.isPresent()) {
      json.raw("{\"statusCode\":200,\"executedVersion\":").text(answer.get().version());
      if (answer.get().failure().isPresent()) {
        json.raw(",\"functionError\":\"Unhandled\"");
      }
      json.raw("}");
    } else {
      json.raw("null");
    }
    json.raw(",\"version\":\"1.0\",\"timestamp\":").text(TIMESTAMP.format(now));
    json.raw(",\"KafkaBatchInfo\":{\"batchSize\":" + records.size());
    json.raw(",\"bootstrapServers\":").text(brokers);
    json.raw(",\"payloadSize\":" + payload + ",\"recordsInfo\":{");
    String comma = "";
    for (Map.Entry<TopicPartition, Range> each : ranges().entrySet()) {
      json.raw(comma).text(each.getKey().toString());
      write(json.raw(":"), each.getValue());
      comma = ",";
    }
    return json.raw("}}}").toBytes();
  }

  private Map<TopicPartition, Range> ranges() {
    Map<TopicPartition, Range> ranges = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      ranges.merge(
          new TopicPartition(record.topic(), record.partition()),
          new Range(record, record),
          (before, next) -> new Range(before.first(), next.last()));
    }
    return ranges;
  }

  private static void write(JsonBytes json, Range range) {
    json.raw("{\"firstRecordOffset\":").text(Long.toString(range.first().offset()));
    json.raw(",\"lastRecordOffset\":").text(Long.toString(range.last().offset()));
    json.raw(",\"firstRecordTimestamp\":").text(time(range.first()));
    json.raw(",\"lastRecordTimestamp\":").text(time(range.last())).raw("}");
  }

  private static String time(ConsumerRecord<byte[], byte[]> record) {
    return TIMESTAMP.format(Instant.ofEpochMilli(record.timestamp()));
  }
}
