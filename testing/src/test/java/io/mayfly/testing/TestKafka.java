package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.kafka.Broker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Functions that are called with the records of a real broker, with the AWS command line. */
final class TestKafka {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PARTITIONS = 4;
  private static final String PYTHON =
      """
      import base64, json
      def handler(event, context):
          for records in event["records"].values():
              for record in records:
                  value = base64.b64decode(record["value"]).decode()
                  print("got %s-%d@%d" % (record["topic"], record["partition"], record["offset"]), flush=True)
                  if value == "poison":
                      raise ValueError("not this one")
      """;

  @TempDir static Path folder;
  private static Broker broker;

  @BeforeAll
  static void startBroker() {
    broker = new Broker(folder.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static String map(Mayfly mayfly, String topic, String... more) {
    String[] words = {
      "create-event-source-mapping",
      "--function-name",
      "reader",
      "--self-managed-event-source",
      "{\"Endpoints\": {\"KAFKA_BOOTSTRAP_SERVERS\": [\"%s\"]}}".formatted(broker.address()),
      "--topics",
      topic,
      "--starting-position",
      "TRIM_HORIZON"
    };
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return new AwsLambda(mayfly).json(all).path("UUID").asString();
  }

  private static void send(String topic, int from, int to) throws Exception {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      broker.send(
          topic,
          partition,
          IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new));
    }
  }

  private static long committed(String uuid, String topic) {
    return IntStream.range(0, PARTITIONS)
        .mapToLong(partition -> broker.committed(uuid, topic, partition))
        .sum();
  }

  /** How often each record was handled, by partition and offset. */
  private static Map<String, Integer> handled(Mayfly mayfly) {
    Map<String, Integer> handled = new TreeMap<>();
    var found = Pattern.compile("got (\\S+)").matcher(mayfly.functionLog("reader"));
    while (found.find()) {
      handled.merge(found.group(1), 1, Integer::sum);
    }
    return handled;
  }

  @Test
  void nothingIsLostWhenThePlatformIsKilledWhileRecordsAreUnderWay() throws Exception {
    broker.create("killed", PARTITIONS);
    try (Mayfly mayfly = Mayfly.start()) {
      mayfly.functions().deployPython("reader", PYTHON);
      send("killed", 0, 100);
      String uuid = map(mayfly, "killed", "--batch-size", "5");
      Eventually.holds(PATIENCE, () -> committed(uuid, "killed") > 50);
      mayfly.kill9();
      long[] committed =
          IntStream.range(0, PARTITIONS)
              .mapToLong(partition -> broker.committed(uuid, "killed", partition))
              .toArray();
      assertThat(Arrays.stream(committed).sum()).as("committed by then").isLessThan(400);
      send("killed", 100, 150);
      mayfly.restart();
      Eventually.holds(PATIENCE, () -> committed(uuid, "killed") == 150 * PARTITIONS);
      Map<String, Integer> handled = handled(mayfly);
      // Of those that were committed, the last lines of the log may have died with the platform.
      for (int partition = 0; partition < PARTITIONS; partition++) {
        for (long offset = 0; offset < 150; offset++) {
          String record = "killed-%d@%d".formatted(partition, offset);
          if (offset < committed[partition]) {
            assertThat(handled.getOrDefault(record, 0)).as(record).isLessThanOrEqualTo(1);
          } else {
            assertThat(handled.getOrDefault(record, 0)).as(record).isBetween(1, 2);
          }
        }
      }
    }
  }

  @Test
  void aPoisonRecordIsToldToAQueueAndAuthenticationIsRefused() throws Exception {
    broker.create("poisoned", PARTITIONS);
    try (Mayfly mayfly = Mayfly.start()) {
      String role = TestQueueTriggers.role(mayfly, "reader");
      AwsLambda aws = new AwsLambda(mayfly);
      Tools.aws(
              mayfly,
              "iam",
              "put-role-policy",
              "--role-name",
              "reader",
              "--policy-name",
              "tell",
              "--policy-document",
              "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sqs:SendMessage\", \"Resource\": \"*\"}]}",
              "--endpoint-url",
              mayfly.endpoint().toString())
          .ok();
      mayfly.functions().deployPython("reader", PYTHON, request -> request.role(role));
      String url = TestQueueTriggers.queue(mayfly, "lost", Map.of());
      broker.send("poisoned", 0, "a", "poison", "b");
      String uuid =
          map(
              mayfly,
              "poisoned",
              "--bisect-batch-on-function-error",
              "--maximum-retry-attempts",
              "0",
              "--destination-config",
              "{\"OnFailure\": {\"Destination\": \"arn:aws:sqs:%s:%s:lost\"}}"
                  .formatted(mayfly.region(), mayfly.account()));
      Eventually.holds(PATIENCE, () -> broker.committed(uuid, "poisoned", 0) == 3);
      assertThat(handled(mayfly)).containsKeys("poisoned-0@0", "poisoned-0@1", "poisoned-0@2");
      JsonNode message =
          Json.of(
                  Tools.aws(
                          mayfly,
                          "sqs",
                          "receive-message",
                          "--queue-url",
                          url,
                          "--wait-time-seconds",
                          "5",
                          "--endpoint-url",
                          mayfly.endpoint().toString())
                      .ok()
                      .out())
              .at("/Messages/0/Body");
      JsonNode told = Json.of(message.asString());
      assertThat(told.at("/requestContext/condition").asString())
          .isEqualTo("RetryAttemptsExhausted");
      assertThat(
              told.path("KafkaBatchInfo")
                  .path("recordsInfo")
                  .path("poisoned-0")
                  .path("firstRecordOffset")
                  .asString())
          .isEqualTo("1");
      assertThat(
              aws.refusal(
                  "update-event-source-mapping",
                  "--uuid",
                  uuid,
                  "--source-access-configurations",
                  "Type=SASL_SCRAM_512_AUTH,URI=arn:aws:secretsmanager:us-east-1:000000000000:secret:s"))
          .contains("InvalidParameterValueException", "PLAINTEXT");
    }
  }
}
