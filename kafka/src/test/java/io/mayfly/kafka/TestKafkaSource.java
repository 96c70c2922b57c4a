package io.mayfly.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.kafka.KafkaHarness.Call;
import io.mayfly.kafka.KafkaHarness.Got;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSource.Position;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.MayflyException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Topics of a real broker that call a function. */
final class TestKafkaSource {
  private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:lost";

  @TempDir static Path shared;
  private static Broker broker;

  @TempDir Path folder;
  private KafkaHarness mayfly;
  private String topic;

  @BeforeAll
  static void startBroker() {
    broker = new Broker(shared.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void open(TestInfo test) throws Exception {
    mayfly = new KafkaHarness(folder.resolve("data"));
    topic = test.getTestMethod().orElseThrow().getName();
    broker.create(topic, 3);
  }

  @AfterEach
  void close() {
    mayfly.close();
  }

  private long committed(EventSourceMapping mapping, int partition) {
    return broker.committed(mapping.source().consumerGroup().orElseThrow(), topic, partition);
  }

  @Test
  void recordsOfSeveralPartitionsComeTogetherAndAreCommittedWhenTheFunctionReturns()
      throws Exception {
    broker.send(topic, 0, "a", "b");
    broker.send(topic, 2, "c");
    EventSourceMapping mapping = mayfly.map(broker, topic, new Change());
    Call call = mayfly.next();
    assertThat(call.event().path("eventSource").asString()).isEqualTo("SelfManagedKafka");
    assertThat(call.event().path("bootstrapServers").asString()).isEqualTo(broker.address());
    assertThat(call.records())
        .containsExactlyInAnyOrder(
            new Got(topic + "-0", 0, "a"),
            new Got(topic + "-0", 1, "b"),
            new Got(topic + "-2", 0, "c"));
    assertThat(mapping.source().consumerGroup()).contains(mapping.uuid());
    assertThat(committed(mapping, 0)).isZero();
    call.succeed("null");
    KafkaHarness.eventually(() -> committed(mapping, 0) == 2 && committed(mapping, 2) == 1);
    assertThat(mayfly.result(mapping)).isEqualTo("OK");
    broker.send(topic, 0, "d");
    assertThat(mayfly.next().values()).containsExactly("d");
  }

  @Test
  void whatFailsComesAgainInItsOrderAndHoldsUpItsPartitionAlone() throws Exception {
    broker.send(topic, 0, "a", "b");
    EventSourceMapping mapping = mayfly.map(broker, topic, new Change());
    Call first = mayfly.next();
    broker.send(topic, 0, "c");
    broker.send(topic, 1, "other");
    Call other = mayfly.next();
    assertThat(other.values()).containsExactly("other");
    first.fail();
    Call again = mayfly.next();
    assertThat(again.values()).containsExactly("a", "b");
    assertThat(mayfly.result(mapping)).isEqualTo("PROBLEM: Function call failed");
    other.succeed("null");
    again.fail();
    Call third = mayfly.next();
    assertThat(third.values()).containsExactly("a", "b");
    assertThat(committed(mapping, 0)).isZero();
    third.succeed("null");
    assertThat(mayfly.next().values()).containsExactly("c");
    assertThat(mayfly.count("FAILURE")).isEqualTo(2);
  }

  @Test
  void readingBeginsWhereTheMappingSays() throws Exception {
    broker.send(
        List.of(
            new ProducerRecord<>(topic, 0, 1_000L, null, bytes("old")),
            new ProducerRecord<>(topic, 0, 5_000L, null, bytes("young"))));
    EventSourceMapping latest =
        mayfly.map(
            KafkaHarness.source(broker.address(), topic, Position.LATEST, "latest"), new Change());
    broker.send(topic, 0, "new");
    Call call = mayfly.next();
    assertThat(call.values()).containsExactly("new");
    call.succeed("null");
    KafkaHarness.eventually(() -> committed(latest, 0) == 3);
    mayfly.mappings.delete(latest.uuid());
    var _ =
        mayfly.map(
            KafkaHarness.source(
                broker.address(),
                topic,
                Position.AT_TIMESTAMP,
                Optional.of(Instant.ofEpochMilli(4_000)),
                "time"),
            new Change());
    assertThat(mayfly.next().values()).containsExactly("young", "new");
  }

  @Test
  void whatComesWhileNobodyReadsIsNotLostWithLatest() throws Exception {
    EventSourceMapping mapping =
        mayfly.map(KafkaHarness.source(broker.address(), topic, Position.LATEST, ""), new Change());
    mayfly.close();
    broker.send(topic, 1, "meanwhile");
    mayfly = new KafkaHarness(folder.resolve("data"));
    assertThat(mayfly.next().values()).containsExactly("meanwhile");
    assertThat(mayfly.mappings.require(mapping.uuid()).enabled()).isTrue();
  }

  @Test
  void aPoisonRecordIsFoundByHalvesAndGivenUp() throws Exception {
    mayfly.function =
        request -> {
          Call call = new Call(request, new CompletableFuture<>());
          if (call.values().contains("poison")) {
            call.fail();
          } else {
            mayfly.calls.add(call);
            call.succeed("null");
          }
          return call.answer();
        };
    broker.send(topic, 0, "a", "b", "poison", "c");
    broker.send(topic, 1, "d");
    EventSourceMapping mapping =
        mayfly.map(broker, topic, new Change().bisect().retries(1).onFailure(QUEUE));
    KafkaHarness.eventually(() -> committed(mapping, 0) == 4 && committed(mapping, 1) == 1);
    assertThat(
            mayfly.calls.stream()
                .flatMap(call -> call.records().stream())
                .filter(record -> record.partition().endsWith("-0"))
                .map(Got::value))
        .containsExactly("a", "b", "c");
    assertThat(mayfly.count("discarded")).isEqualTo(1);
    assertThat(mayfly.told).hasSize(1);
    JsonNode told = mayfly.told.getFirst();
    assertThat(told.at("/requestContext/condition").asString()).isEqualTo("RetryAttemptsExhausted");
    assertThat(told.at("/requestContext/approximateInvokeCount").asInt()).isEqualTo(2);
    assertThat(told.at("/responseContext/functionError").asString()).isEqualTo("Unhandled");
    JsonNode info = told.path("KafkaBatchInfo");
    assertThat(info.path("batchSize").asInt()).isEqualTo(1);
    assertThat(info.path("bootstrapServers").asString()).isEqualTo(broker.address());
    assertThat(info.path("recordsInfo").path(topic + "-0").path("firstRecordOffset").asString())
        .isEqualTo("2");
  }

  @Test
  void aThrottleCostsNoTry() throws Exception {
    AtomicInteger throttles = new AtomicInteger(3);
    var before = mayfly.function;
    mayfly.function =
        request ->
            throttles.getAndDecrement() > 0
                ? CompletableFuture.failedFuture(
                    new MayflyException(ErrorCode.THROTTLED, "Rate Exceeded."))
                : before.apply(request);
    broker.send(topic, 0, "a");
    EventSourceMapping mapping =
        mayfly.map(broker, topic, new Change().retries(0).onFailure(QUEUE));
    mayfly.next().succeed("null");
    KafkaHarness.eventually(() -> committed(mapping, 0) == 1);
    assertThat(mayfly.count("throttled")).isEqualTo(3);
    assertThat(mayfly.told).isEmpty();
  }

  @Test
  void batchesAreAsLargeAsTheMappingSaysAndWaitForItsWindow() throws Exception {
    EventSourceMapping mapping = mayfly.map(broker, topic, new Change().size(3).window(300));
    broker.send(topic, 0, "a", "b");
    broker.send(topic, 0, "c", "d");
    Call full = mayfly.next();
    assertThat(full.values()).containsExactly("a", "b", "c");
    full.succeed("null");
    KafkaHarness.eventually(() -> committed(mapping, 0) == 3);
    assertThat(mayfly.calls).isEmpty();
    broker.send(topic, 1, "x", "y");
    assertThat(mayfly.next().values()).containsExactlyInAnyOrder("d", "x", "y");
  }

  @Test
  void whatMatchesNoFilterIsPassedOver() throws Exception {
    broker.send(topic, 0, "{\"k\": 1}", "{\"k\": 2}", "text");
    EventSourceMapping mapping =
        mayfly.map(broker, topic, new Change().filters("{\"value\": {\"k\": [2]}}"));
    Call call = mayfly.next();
    assertThat(call.values()).containsExactly("{\"k\": 2}");
    call.succeed("null");
    KafkaHarness.eventually(() -> committed(mapping, 0) == 3);
    assertThat(mayfly.count("filtered")).isEqualTo(2);
  }

  @Test
  void whatTheFunctionNamesComesAgainWithWhatFollowsInItsPartition() throws Exception {
    broker.send(topic, 0, "a", "b", "c");
    broker.send(topic, 1, "d");
    EventSourceMapping mapping = mayfly.map(broker, topic, new Change().partial());
    mayfly
        .next()
        .succeed(
            "{\"batchItemFailures\": [{\"itemIdentifier\": {\"partition\": \"%s-0\", \"offset\": 1}}]}"
                .formatted(topic));
    Call again = mayfly.next();
    assertThat(again.values()).containsExactly("b", "c");
    KafkaHarness.eventually(() -> mayfly.count("PARTIAL") == 1);
    again.succeed("null");
    KafkaHarness.eventually(() -> committed(mapping, 0) == 3 && committed(mapping, 1) == 1);
  }

  @Test
  void whatIsTooOldOrTooLargeIsGivenUpAndTold() throws Exception {
    EventSourceMapping mapping = mayfly.map(broker, topic, new Change().age(60).onFailure(QUEUE));
    broker.send(topic, 0, "late");
    Call call = mayfly.next();
    mayfly.ahead = Duration.ofMinutes(2);
    call.fail();
    KafkaHarness.eventually(() -> mayfly.told.size() == 1);
    assertThat(mayfly.told.getFirst().at("/requestContext/condition").asString())
        .isEqualTo("RecordAgeExceeded");
    KafkaHarness.eventually(() -> committed(mapping, 0) == 1);
    mayfly.ahead = Duration.ZERO;
    broker.send(List.of(new ProducerRecord<>(topic, 1, null, new byte[5_000_000])));
    broker.send(topic, 1, "small");
    assertThat(mayfly.next().values()).containsExactly("small");
    JsonNode told = mayfly.told.getLast();
    assertThat(told.at("/requestContext/condition").asString())
        .isEqualTo("MaximumPayloadSizeExceeded");
    assertThat(told.path("responseContext").isNull()).isTrue();
    assertThat(mayfly.count("discarded")).isEqualTo(2);
  }

  @Test
  void aMappingThatIsDisabledEndsWithItsCallAndGoesOnFromThere() throws Exception {
    broker.send(topic, 0, "a");
    EventSourceMapping mapping = mayfly.map(broker, topic, new Change());
    Call call = mayfly.next();
    EventSourceMapping disabled = enable(mapping, false);
    assertThat(mayfly.state(disabled)).isEqualTo("Disabling");
    broker.send(topic, 0, "b");
    call.succeed("null");
    KafkaHarness.eventually(
        () -> mayfly.state(disabled).equals("Disabled") && committed(mapping, 0) == 1);
    assertThat(mayfly.calls).isEmpty();
    var _ = enable(mapping, true);
    Call next = mayfly.next();
    assertThat(next.values()).containsExactly("b");
    mayfly.mappings.delete(mapping.uuid());
    assertThat(mayfly.mappings.require(mapping.uuid())).isNotNull();
    next.fail();
    KafkaHarness.eventually(() -> gone(mapping));
    assertThat(committed(mapping, 0)).isEqualTo(1);
  }

  private EventSourceMapping enable(EventSourceMapping mapping, boolean enabled) {
    return mayfly.mappings.update(
        mapping.uuid(), Optional.empty(), Optional.of(enabled), new Change().done());
  }

  private boolean gone(EventSourceMapping mapping) {
    try {
      var _ = mayfly.mappings.require(mapping.uuid());
      return false;
    } catch (MayflyException e) {
      return true;
    }
  }

  @Test
  void whatCannotBeHadIsRefused() {
    for (String type :
        List.of(
            "BASIC_AUTH",
            "SASL_SCRAM_256_AUTH",
            "SASL_SCRAM_512_AUTH",
            "CLIENT_CERTIFICATE_TLS_AUTH",
            "SERVER_ROOT_CA_CERTIFICATE",
            "VPC_SUBNET")) {
      assertRefused("127.0.0.1:9092", new Change().access(type), type + " needs");
    }
    assertRefused("127.0.0.1:9092", new Change().onFailure("kafka://dead"), "not to kafka://dead");
    assertRefused(
        "127.0.0.1:9092", new Change().onFailure("arn:aws:s3:::b"), "not to arn:aws:s3:::b");
    assertRefused("127.0.0.1:99999", new Change(), "no port between 1 and 65535");
    assertRefused("127.0.0.1:0", new Change(), "no port between 1 and 65535");
    assertRefused(
        "127.0.0.1:1",
        new Change().filters("{\"value\": [{\"prefix\": 1}]}"),
        "Invalid filter pattern definition.");
  }

  private void assertRefused(String address, Change change, String why) {
    assertThatThrownBy(
            () ->
                mayfly.mappings.create(
                    KafkaHarness.source(address, topic, Position.LATEST, ""),
                    FunctionArn.of(KafkaHarness.ACCOUNT, KafkaHarness.NAME),
                    true,
                    change.done(),
                    Map.of()))
        .isInstanceOfSatisfying(
            MayflyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContaining(why);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
