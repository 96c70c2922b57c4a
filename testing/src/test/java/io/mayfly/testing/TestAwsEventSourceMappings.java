package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Event source mappings, with the AWS command line; {@link TestQueueTriggers} has them deliver. */
final class TestAwsEventSourceMappings {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String NAME = "cli-mapped";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:" + NAME;
  private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:cli-queue";

  @BeforeAll
  static void createFunction() {
    String role = TestQueueTriggers.role(MAYFLY, "cli-mapped");
    MAYFLY
        .functions()
        .deployPython(
            NAME, "def handler(event, context): return 1\n", request -> request.role(role));
    var _ = TestQueueTriggers.queue(MAYFLY, "cli-queue", Map.of());
    AWS.run("publish-version", "--function-name", NAME);
    AWS.run("create-alias", "--function-name", NAME, "--name", "prod", "--function-version", "1");
  }

  @AfterAll
  static void deleteFunction() {
    MAYFLY.functions().delete(List.of(NAME));
  }

  @Test
  void queuesAreMappedChangedListedTaggedAndLetGo() {
    JsonNode created =
        AWS.json(
            "create-event-source-mapping",
            "--function-name",
            NAME,
            "--event-source-arn",
            QUEUE,
            "--filter-criteria",
            "{\"Filters\": [{\"Pattern\": \"{\\\"body\\\": {\\\"kind\\\": [\\\"a\\\"]}}\"}]}",
            "--scaling-config",
            "MaximumConcurrency=5",
            "--function-response-types",
            "ReportBatchItemFailures",
            "--tags",
            "team=x");
    String uuid = created.path("UUID").asString();
    assertThat(created.path("State").asString()).isEqualTo("Creating");
    assertThat(created.path("BatchSize").asInt()).isEqualTo(10);
    assertThat(created.path("FunctionArn").asString()).isEqualTo(ARN);
    String arn = created.path("EventSourceMappingArn").asString();
    assertThat(arn).endsWith(":event-source-mapping:" + uuid);
    Eventually.holds(PATIENCE, () -> state(uuid).equals("Enabled"));
    JsonNode shown = AWS.json("get-event-source-mapping", "--uuid", uuid);
    assertThat(shown.path("State").asString()).isEqualTo("Enabled");
    assertThat(shown.at("/ScalingConfig/MaximumConcurrency").asInt()).isEqualTo(5);
    assertThat(shown.at("/FilterCriteria/Filters/0/Pattern").asString()).contains("\"kind\"");
    assertThat(list("--function-name", NAME)).containsExactly(shown);
    assertThat(list("--event-source-arn", QUEUE, "--function-name", ARN)).containsExactly(shown);
    assertThat(list("--function-name", NAME + ":prod")).isEmpty();
    assertThat(list("--event-source-arn", QUEUE + "2")).isEmpty();
    assertThat(
            AWS.refusal(
                "create-event-source-mapping",
                "--function-name",
                NAME,
                "--event-source-arn",
                QUEUE))
        .contains("ResourceConflictException", "existing mapping with UUID " + uuid);
    JsonNode disabling =
        AWS.json(
            "update-event-source-mapping",
            "--uuid",
            uuid,
            "--no-enabled",
            "--function-name",
            NAME + ":prod",
            "--batch-size",
            "100",
            "--maximum-batching-window-in-seconds",
            "2",
            "--scaling-config",
            "{}");
    assertThat(disabling.path("State").asString()).isEqualTo("Disabling");
    JsonNode disabled = AWS.json("get-event-source-mapping", "--uuid", uuid);
    assertThat(disabled.path("State").asString()).isEqualTo("Disabled");
    assertThat(disabled.path("FunctionArn").asString()).isEqualTo(ARN + ":prod");
    assertThat(disabled.path("BatchSize").asInt()).isEqualTo(100);
    assertThat(disabled.has("ScalingConfig")).isFalse();
    assertThat(
            AWS.refusal(
                "update-event-source-mapping",
                "--uuid",
                uuid,
                "--maximum-batching-window-in-seconds",
                "0"))
        .contains("InvalidParameterValueException", "Maximum batch window in seconds");
    AWS.run("tag-resource", "--resource", arn, "--tags", "stage=prod");
    AWS.run("untag-resource", "--resource", arn, "--tag-keys", "team");
    assertThat(AWS.json("list-tags", "--resource", arn))
        .isEqualTo(Json.of("{\"Tags\": {\"stage\": \"prod\"}}"));
    assertThat(AWS.json("delete-event-source-mapping", "--uuid", uuid).path("State").asString())
        .isEqualTo("Deleting");
    assertThat(AWS.refusal("get-event-source-mapping", "--uuid", uuid))
        .contains("ResourceNotFoundException", "The resource you requested does not exist.");
    assertThat(AWS.refusal("list-tags", "--resource", arn)).contains("ResourceNotFoundException");
  }

  @Test
  void streamsHaveTheirDefaultsAndBounds() {
    String stream = "arn:aws:kinesis:us-east-1:000000000000:stream/cli-stream";
    String[] create = {
      "create-event-source-mapping",
      "--function-name",
      NAME,
      "--event-source-arn",
      stream,
      "--starting-position",
      "AT_TIMESTAMP",
      "--starting-position-timestamp",
      "2026-01-01T00:00:00Z"
    };
    JsonNode created = AWS.json(create);
    String uuid = created.path("UUID").asString();
    assertThat(created.path("BatchSize").asInt()).isEqualTo(100);
    assertThat(created.path("ParallelizationFactor").asInt()).isEqualTo(1);
    assertThat(created.path("MaximumRetryAttempts").asInt()).isEqualTo(-1);
    assertThat(created.path("DestinationConfig")).isEqualTo(Json.of("{\"OnFailure\": {}}"));
    assertThat(created.path("StartingPosition").asString()).isEqualTo("AT_TIMESTAMP");
    assertThat(created.path("LastProcessingResult").asString()).isEqualTo("No records processed");
    assertThat(
            AWS.refusal(
                "update-event-source-mapping", "--uuid", uuid, "--parallelization-factor", "11"))
        .contains("ValidationException", "less than or equal to 10");
    AWS.run("delete-event-source-mapping", "--uuid", uuid);
    assertThat(
            AWS.refusal(
                "create-event-source-mapping",
                "--function-name",
                NAME,
                "--event-source-arn",
                stream))
        .contains("InvalidParameterValueException", "Value null at 'startingPosition'");
  }

  @Test
  void kafkaAndBrokersAreMapped() {
    JsonNode kafka =
        AWS.json(
            "create-event-source-mapping",
            "--function-name",
            NAME,
            "--self-managed-event-source",
            "{\"Endpoints\": {\"KAFKA_BOOTSTRAP_SERVERS\": [\"localhost:9092\"]}}",
            "--topics",
            "orders",
            "--starting-position",
            "LATEST");
    assertThat(kafka.at("/SelfManagedEventSource/Endpoints/KAFKA_BOOTSTRAP_SERVERS/0").asString())
        .isEqualTo("localhost:9092");
    assertThat(kafka.at("/SelfManagedKafkaEventSourceConfig/ConsumerGroupId"))
        .isEqualTo(kafka.path("UUID"));
    AWS.run("delete-event-source-mapping", "--uuid", kafka.path("UUID").asString());
    JsonNode broker =
        AWS.json(
            "create-event-source-mapping",
            "--function-name",
            NAME,
            "--event-source-arn",
            "arn:aws:mq:us-east-1:000000000000:broker:b:b-1",
            "--queues",
            "work",
            "--source-access-configurations",
            "Type=BASIC_AUTH,URI=arn:aws:secretsmanager:us-east-1:000000000000:secret:s");
    assertThat(broker.at("/Queues/0").asString()).isEqualTo("work");
    assertThat(broker.at("/SourceAccessConfigurations/0/Type").asString()).isEqualTo("BASIC_AUTH");
    AWS.run("delete-event-source-mapping", "--uuid", broker.path("UUID").asString());
  }

  @Test
  void whatIsNoSourceHereIsRefused() {
    assertSource("arn:aws:s3:::bucket", "Unrecognized event source.");
    assertSource("arn:aws:dynamodb:us-east-1:000000000000:table/t", "Unrecognized event source.");
    assertSource(
        QUEUE + "-nowhere",
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue.");
    assertSource(
        QUEUE.replace("us-east-1", "eu-west-1"), "must be in the region and the account of");
    assertSource("arn:aws:kafka:us-east-1:000000000000:cluster/c/1", "Amazon MSK");
    assertThat(AWS.refusal("create-event-source-mapping", "--function-name", NAME))
        .contains("InvalidParameterValueException", "Unrecognized event source.");
    assertThat(
            AWS.refusal(
                "create-event-source-mapping",
                "--function-name",
                NAME,
                "--event-source-arn",
                QUEUE,
                "--kms-key-arn",
                "arn:aws:kms:us-east-1:000000000000:key/k"))
        .contains("InvalidParameterValueException", "KMSKeyArn is not supported yet");
    assertThat(
            AWS.refusal(
                "create-event-source-mapping",
                "--function-name",
                "cli-nowhere",
                "--event-source-arn",
                QUEUE))
        .contains("InvalidParameterValueException", "Function does not exist");
  }

  private static void assertSource(String arn, String why) {
    assertThat(
            AWS.refusal(
                "create-event-source-mapping", "--function-name", NAME, "--event-source-arn", arn))
        .contains("InvalidParameterValueException", why);
  }

  private static String state(String uuid) {
    return AWS.json("get-event-source-mapping", "--uuid", uuid).path("State").asString();
  }

  private static JsonNode list(String... which) {
    String[] words = new String[which.length + 1];
    words[0] = "list-event-source-mappings";
    System.arraycopy(which, 0, words, 1, which.length);
    return AWS.json(words).path("EventSourceMappings");
  }
}
