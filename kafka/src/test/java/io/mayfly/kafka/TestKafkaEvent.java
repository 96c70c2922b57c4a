package io.mayfly.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Limits;
import io.mayfly.triggers.EventFilter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events of Kafka's records, filters over them, and what functions answer of them. */
final class TestKafkaEvent {
  private static final String BROKERS = "one:9092,two:9092";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ConsumerRecord<byte[], byte[]> record(
      int partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {
    return new ConsumerRecord<>(
        "orders",
        partition,
        offset,
        1545084650987L,
        TimestampType.CREATE_TIME,
        key == null ? -1 : key.length,
        value == null ? -1 : value.length,
        key,
        value,
        new RecordHeaders().add("kind", new byte[] {104, -1}).add("none", null),
        Optional.empty());
  }

  private static ConsumerRecord<byte[], byte[]> record(int partition, long offset, String value) {
    return record(partition, offset, null, bytes(value));
  }

  private static JsonNode json(byte[] bytes) {
    return JsonMapper.shared().readTree(bytes);
  }

  @Test
  void anEventHasLambdasMembersWithRecordsOfEachPartitionTogether() {
    KafkaEvent event =
        KafkaEvent.of(
            BROKERS,
            List.of(
                record(0, 15, bytes("k"), bytes("Hello, this is a test.")),
                record(0, 16, null, null),
                record(2, 7, "x")));
    assertThat(event.count()).isEqualTo(3);
    assertThat(json(event.payload()))
        .isEqualTo(
            json(
                bytes(
                    """
                    {"eventSource": "SelfManagedKafka", "bootstrapServers": "one:9092,two:9092",
                     "records": {
                      "orders-0": [
                       {"topic": "orders", "partition": 0, "offset": 15, "timestamp": 1545084650987,
                        "timestampType": "CREATE_TIME", "key": "aw==",
                        "value": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
                        "headers": [{"kind": [104, -1]}, {"none": []}]},
                       {"topic": "orders", "partition": 0, "offset": 16, "timestamp": 1545084650987,
                        "timestampType": "CREATE_TIME",
                        "headers": [{"kind": [104, -1]}, {"none": []}]}],
                      "orders-2": [
                       {"topic": "orders", "partition": 2, "offset": 7, "timestamp": 1545084650987,
                        "timestampType": "CREATE_TIME", "value": "eA==",
                        "headers": [{"kind": [104, -1]}, {"none": []}]}]}}
                    """)));
  }

  @Test
  void anEventEndsBeforeItIsTooLarge() {
    byte[] large = new byte[1024 * 1024];
    List<ConsumerRecord<byte[], byte[]>> records =
        Stream.of(0, 1, 2, 3, 4, 5).map(i -> record(i % 2, i, null, large)).toList();
    KafkaEvent event = KafkaEvent.of(BROKERS, records);
    assertThat(event.count()).isEqualTo(4);
    assertThat(event.payload().length).isLessThanOrEqualTo(Limits.REQUEST_BYTES);
    assertThat(json(event.payload()).path("records").path("orders-1")).isNotEmpty();
    long sizes = records.stream().limit(4).mapToLong(KafkaEvent::size).sum();
    assertThat(sizes).isGreaterThan(event.payload().length * 9L / 10);
  }

  private static boolean matches(String pattern, byte @Nullable [] value) {
    return KafkaEvent.matches(
        new EventFilter("value", List.of(pattern)), record(0, 1, bytes("k"), value));
  }

  @Test
  void valuesAreMatchedAsJsonOrAsText() {
    String json = "{\"value\": {\"device\": [{\"prefix\": \"AB\"}]}}";
    assertThat(matches(json, bytes("{\"device\": \"AB1\"}"))).isTrue();
    assertThat(matches(json, bytes("{\"device\": \"XB1\"}"))).isFalse();
    assertThat(matches(json, bytes("AB1"))).isFalse();
    assertThat(matches(json, null)).isFalse();
    String text = "{\"value\": [{\"prefix\": \"AB\"}]}";
    assertThat(matches(text, bytes("AB1"))).isTrue();
    assertThat(matches(text, bytes("{\"AB\": 1}"))).isFalse();
    assertThat(matches(text, new byte[] {-1, -2, 0})).isFalse();
    assertThat(matches("{\"topic\": [\"orders\"]}", null)).isTrue();
  }

  private static Optional<List<Long>> left(String answer) {
    return FailedOffsets.left(
            bytes(answer),
            List.of(record(0, 1, "a"), record(0, 2, "b"), record(1, 1, "c"), record(1, 5, "d")))
        .map(left -> left.stream().map(each -> each.partition() * 100L + each.offset()).toList());
  }

  private static String named(String... identifiers) {
    return "{\"batchItemFailures\": [%s]}"
        .formatted(
            String.join(
                ",", Stream.of(identifiers).map("{\"itemIdentifier\": %s}"::formatted).toList()));
  }

  @Test
  void aPartitionIsTriedAgainFromItsFirstFailureOn() {
    assertThat(left("null")).contains(List.of());
    assertThat(left("{}")).contains(List.of());
    assertThat(left(named())).contains(List.of());
    assertThat(left(named("{\"partition\": \"orders-0\", \"offset\": 2}"))).contains(List.of(2L));
    assertThat(
            left(
                named(
                    "{\"partition\": \"orders-0\", \"offset\": 2}",
                    "{\"offset\": 1, \"more\": [{}], \"partition\": \"orders-1\"}",
                    "{\"partition\": \"orders-0\", \"offset\": 1}")))
        .contains(List.of(1L, 2L, 101L, 105L));
  }

  @Test
  void anAnswerThatNamesWhatWasNotThereFailsTheBatch() {
    for (String answer :
        List.of(
            "",
            "nonsense",
            named("\"orders-0\""),
            named("null"),
            named("{\"partition\": \"orders-0\", \"offset\": 3}"),
            named("{\"partition\": \"orders-7\", \"offset\": 1}"),
            named("{\"partition\": \"orders-0\", \"offset\": \"1\"}"),
            named("{\"partition\": \"orders-0\", \"offset\": 99999999999999999999999}"),
            named("{\"partition\": \"orders-0\", \"offset\": 1}", "{}"),
            "{\"batchItemFailures\": 7}")) {
      assertThat(left(answer)).as(answer).isEmpty();
    }
  }
}
