package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Functions that are called with the messages of queues, with the AWS command line. */
final class TestQueueTriggers {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NODE =
      """
      exports.handler = async (event) => {
        console.log("batch of " + event.Records.map((record) => record.body).join());
        return {
          batchItemFailures: event.Records
            .filter((record) => record.body.startsWith("bad"))
            .map((record) => ({ itemIdentifier: record.messageId })),
        };
      };
      """;
  private static final String PYTHON =
      """
      import json
      def handler(event, context):
          print("event=" + json.dumps(event))
          raise ValueError("not today")
      """;
  private static final String SLOW =
      """
      import time
      def handler(event, context):
          print("begin " + event["Records"][0]["body"], flush=True)
          time.sleep(3)
          print("done " + event["Records"][0]["body"], flush=True)
      """;

  private static JsonNode aws(Mayfly mayfly, String... words) {
    // The first version of the command knows no other setting of SQS's address.
    String[] command =
        Stream.concat(Stream.of("--endpoint-url", mayfly.endpoint().toString()), Stream.of(words))
            .toArray(String[]::new);
    String out = Tools.aws(mayfly, command).ok().out();
    return Json.of(out.isBlank() ? "{}" : out);
  }

  /** A role that may read queues; its ARN. */
  static String role(Mayfly mayfly, String name) {
    String trust =
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"lambda.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}";
    JsonNode role =
        aws(
            mayfly,
            "iam",
            "create-role",
            "--role-name",
            name,
            "--assume-role-policy-document",
            trust);
    aws(
        mayfly,
        "iam",
        "attach-role-policy",
        "--role-name",
        name,
        "--policy-arn",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole");
    return role.at("/Role/Arn").asString();
  }

  /** A queue; its URL. */
  static String queue(Mayfly mayfly, String name, Map<String, String> attributes) {
    return aws(
            mayfly,
            "sqs",
            "create-queue",
            "--queue-name",
            name,
            "--attributes",
            JsonMapper.shared().writeValueAsString(attributes))
        .path("QueueUrl")
        .asString();
  }

  private static String arn(Mayfly mayfly, String name) {
    return "arn:aws:sqs:%s:%s:%s".formatted(mayfly.region(), mayfly.account(), name);
  }

  private static String map(Mayfly mayfly, String function, String queue, String... more) {
    return aws(
            mayfly,
            Stream.concat(
                    Stream.of(
                        "lambda",
                        "create-event-source-mapping",
                        "--function-name",
                        function,
                        "--event-source-arn",
                        arn(mayfly, queue)),
                    Stream.of(more))
                .toArray(String[]::new))
        .path("UUID")
        .asString();
  }

  private static void send(Mayfly mayfly, String url, String body) {
    aws(mayfly, "sqs", "send-message", "--queue-url", url, "--message-body", body);
  }

  private static int depth(Mayfly mayfly, String url) {
    JsonNode attributes =
        aws(mayfly, "sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", "All")
            .path("Attributes");
    return attributes.path("ApproximateNumberOfMessages").asInt()
        + attributes.path("ApproximateNumberOfMessagesNotVisible").asInt();
  }

  private static String result(Mayfly mayfly, String uuid) {
    return aws(mayfly, "lambda", "get-event-source-mapping", "--uuid", uuid)
        .path("LastProcessingResult")
        .asString("");
  }

  @Test
  void messagesReachHandlersAndEndDeletedOrAsDeadLetters() {
    try (Mayfly mayfly = Mayfly.start()) {
      String role = role(mayfly, "worker");
      mayfly
          .functions()
          .deploy(
              "node",
              mayfly.newestRuntime("nodejs"),
              "index.handler",
              new Zip().file("index.js", NODE).bytes(),
              request -> request.role(role).timeout(1));
      String dead = queue(mayfly, "dead", Map.of());
      String url =
          queue(
              mayfly,
              "work",
              Map.of(
                  "VisibilityTimeout",
                  "1",
                  "RedrivePolicy",
                  "{\"deadLetterTargetArn\": \"%s\", \"maxReceiveCount\": \"2\"}"
                      .formatted(arn(mayfly, "dead"))));
      map(mayfly, "node", "work", "--function-response-types", "ReportBatchItemFailures");
      send(mayfly, url, "good");
      send(mayfly, url, "bad");
      mayfly.awaitLog("node", "good");
      Eventually.holds(PATIENCE, () -> depth(mayfly, dead) == 1);
      Eventually.holds(PATIENCE, () -> depth(mayfly, url) == 0);
      assertThat(mayfly.functionLog("node").split("batch of [a-z,]*bad", -1)).hasSize(3);

      mayfly
          .functions()
          .deploy(
              "python",
              mayfly.newestRuntime("python"),
              "app.handler",
              new Zip().file("app.py", PYTHON).bytes(),
              request -> request.role(role));
      String failing = queue(mayfly, "failing", Map.of());
      String uuid = map(mayfly, "python", "failing");
      aws(
          mayfly,
          "sqs",
          "send-message",
          "--queue-url",
          failing,
          "--message-body",
          "a \"quoted\" body",
          "--message-attributes",
          "{\"kind\": {\"DataType\": \"String\", \"StringValue\": \"x\"}}");
      mayfly.awaitLog("python", "event=");
      Eventually.holds(
          PATIENCE, () -> result(mayfly, uuid).equals("PROBLEM: Function call failed"));
      String log = mayfly.functionLog("python");
      int start = log.indexOf("event=") + "event=".length();
      JsonNode record = Json.of(log.substring(start, log.indexOf('\n', start))).at("/Records/0");
      assertThat(record.path("body").asString()).isEqualTo("a \"quoted\" body");
      assertThat(record.at("/messageAttributes/kind/stringValue").asString()).isEqualTo("x");
      assertThat(record.path("eventSource").asString()).isEqualTo("aws:sqs");
      assertThat(record.path("eventSourceARN").asString()).isEqualTo(arn(mayfly, "failing"));
      assertThat(record.path("md5OfBody").asString()).hasSize(32);
      assertThat(record.path("md5OfMessageAttributes").asString()).hasSize(32);
      assertThat(List.copyOf(record.path("attributes").propertyNames()))
          .contains(
              "ApproximateReceiveCount",
              "SentTimestamp",
              "SenderId",
              "ApproximateFirstReceiveTimestamp");
      // The handle in the event is one that SQS knows.
      aws(
          mayfly,
          "sqs",
          "delete-message",
          "--queue-url",
          failing,
          "--receipt-handle",
          record.path("receiptHandle").asString());
      assertThat(depth(mayfly, failing)).isZero();
    }
  }

  @Test
  void whatIsUnderWayWhenThePlatformIsKilledComesAgain() {
    try (Mayfly mayfly = Mayfly.start()) {
      String role = role(mayfly, "worker");
      mayfly.functions().deployPython("slow", SLOW, request -> request.role(role).timeout(5));
      String url = queue(mayfly, "work", Map.of("VisibilityTimeout", "5"));
      map(mayfly, "slow", "work");
      send(mayfly, url, "first");
      mayfly.awaitLog("slow", "begin first");
      mayfly.kill9();
      mayfly.restart();
      mayfly.awaitLog("slow", "done first");
      String again = mayfly.endpoint() + url.substring(url.indexOf('/', "http://".length()));
      Eventually.holds(PATIENCE, () -> depth(mayfly, again) == 0);
    }
  }
}
