package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Event buses with boto3, the AWS command line and plain HTTP; what is expected of boto3 stands in
 * the program.
 */
final class TestAwsEvents {
  private static final String SQS = "arn:aws:sqs:us-east-1:000000000000:";
  private static final String RULES = "arn:aws:events:us-east-1:000000000000:rule/";

  @Test
  void boto3DrivesEveryActionAndGetsItsTypedErrors() throws IOException {
    try (Mayfly mayfly = Mayfly.start("--spares", "0");
        InputStream program = TestAwsEvents.class.getResourceAsStream("boto3_events.py")) {
      String text =
          new String(Objects.requireNonNull(program).readAllBytes(), StandardCharsets.UTF_8);
      Tools.python(mayfly, text, mayfly.account(), mayfly.region()).ok();
    }
  }

  /** The first version of the command knows no other setting of an address. */
  private static Ran aws(Mayfly mayfly, String... arguments) {
    return Tools.aws(
            mayfly,
            Stream.concat(
                    Stream.of("--endpoint-url", mayfly.endpoint().toString()), Stream.of(arguments))
                .toArray(String[]::new))
        .ok();
  }

  /** A queue to which rules may send. */
  private static String queue(Mayfly mayfly, String name) {
    String policy =
        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"%s\"}}"
            .formatted(SQS + name);
    return Json.of(
            aws(
                    mayfly,
                    "sqs",
                    "create-queue",
                    "--queue-name",
                    name,
                    "--attributes",
                    "{\"Policy\":%s}".formatted(Json.quoted(policy)))
                .out())
        .path("QueueUrl")
        .asString();
  }

  private static List<JsonNode> taken(Mayfly mayfly, String url) {
    List<JsonNode> all = new ArrayList<>();
    while (true) {
      String answer =
          aws(
                  mayfly,
                  "sqs",
                  "receive-message",
                  "--queue-url",
                  url,
                  "--max-number-of-messages",
                  "10",
                  "--visibility-timeout",
                  "600")
              .out();
      List<JsonNode> some =
          answer.isBlank()
              ? List.of()
              : Json.of(answer)
                  .path("Messages")
                  .valueStream()
                  .map(message -> Json.of(message.path("Body").asString()))
                  .toList();
      if (some.isEmpty()) {
        return all;
      }
      all.addAll(some);
    }
  }

  @Test
  void anEventThatWasPutRunsAFunctionAndComesToAQueue() {
    Mayfly mayfly = Mayfly.shared();
    String url = queue(mayfly, "events-told");
    mayfly
        .functions()
        .deployPython(
            "events-told",
            """
            import json
            def handler(event, context):
                print("told", json.dumps(event))
            """);
    String function = "arn:aws:lambda:us-east-1:000000000000:function:events-told";
    aws(
        mayfly,
        "lambda",
        "add-permission",
        "--function-name",
        "events-told",
        "--statement-id",
        "rule",
        "--action",
        "lambda:InvokeFunction",
        "--principal",
        "events.amazonaws.com",
        "--source-arn",
        RULES + "told");
    aws(
        mayfly,
        "events",
        "put-rule",
        "--name",
        "told",
        "--event-pattern",
        "{\"source\":[\"told\"]}");
    aws(
        mayfly,
        "events",
        "put-targets",
        "--rule",
        "told",
        "--targets",
        "[{\"Id\":\"f\",\"Arn\":\"%s\",\"InputPath\":\"$.detail\"},{\"Id\":\"q\",\"Arn\":\"%s\"}]"
            .formatted(function, SQS + "events-told"));
    JsonNode answer =
        Json.of(
            aws(
                    mayfly,
                    "events",
                    "put-events",
                    "--entries",
                    "[{\"Source\":\"told\",\"DetailType\":\"t\",\"Detail\":\"{\\\"n\\\":1}\"}]")
                .out());
    assertThat(answer.path("FailedEntryCount").asInt()).isZero();
    mayfly.awaitLog("events-told", "told {\"n\": 1}");
    List<JsonNode> messages = taken(mayfly, url);
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst().path("id")).isEqualTo(answer.at("/Entries/0/EventId"));
    aws(mayfly, "events", "remove-targets", "--rule", "told", "--ids", "f", "q");
    aws(mayfly, "events", "delete-rule", "--name", "told");
    mayfly.functions().delete(List.of("events-told"));
  }

  @Test
  void whatBecameOfACallComesToTheBusThatIsItsDestination() {
    Mayfly mayfly = Mayfly.shared();
    String url = queue(mayfly, "call-ended");
    String roles =
        """
        import boto3, json
        iam, events = boto3.client("iam"), boto3.client("events")
        allow = lambda **who: json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **who}})
        iam.create_role(RoleName="call-ended", AssumeRolePolicyDocument=allow(
            Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole"))
        iam.put_role_policy(RoleName="call-ended", PolicyName="p", PolicyDocument=allow(Action="events:PutEvents", Resource="*"))
        events.put_rule(Name="call-ended", EventPattern=json.dumps({"source": ["lambda"]}))
        events.put_targets(Rule="call-ended", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:000000000000:call-ended"}])
        """;
    Tools.python(mayfly, roles).ok();
    mayfly
        .functions()
        .deployPython(
            "call-ended",
            "def handler(event, context):\n    return {'n': event['n'] + 1}\n",
            request -> request.role("arn:aws:iam::000000000000:role/call-ended"));
    String calls =
        """
        import boto3
        functions = boto3.client("lambda")
        functions.put_function_event_invoke_config(FunctionName="call-ended", DestinationConfig={
            "OnSuccess": {"Destination": "arn:aws:events:us-east-1:000000000000:event-bus/default"}})
        functions.invoke(FunctionName="call-ended", InvocationType="Event", Payload='{"n": 1}')
        """;
    Tools.python(mayfly, calls).ok();
    Eventually.holds(Duration.ofSeconds(30), () -> count(mayfly, url) == 1);
    JsonNode event = taken(mayfly, url).getFirst();
    assertThat(event.path("detail-type").asString())
        .isEqualTo("Lambda Function Invocation Result - Success");
    assertThat(event.path("resources").toString())
        .isEqualTo(
            "[\"arn:aws:events:us-east-1:000000000000:event-bus/default\",\"arn:aws:lambda:us-east-1:000000000000:function:call-ended:$LATEST\"]");
    assertThat(event.at("/detail/responsePayload/n").asInt()).isEqualTo(2);
    aws(mayfly, "events", "remove-targets", "--rule", "call-ended", "--ids", "q");
    aws(mayfly, "events", "delete-rule", "--name", "call-ended");
    mayfly.functions().delete(List.of("call-ended"));
  }

  private static String basic(Mayfly mayfly, String secret) {
    String keys = mayfly.accessKey() + ":" + secret;
    return "Basic " + Base64.getEncoder().encodeToString(keys.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void cloudEventsComeInByPasswordOrSignatureAndNobodyElses() {
    Mayfly mayfly = Mayfly.shared();
    String url = queue(mayfly, "cloud-events");
    aws(
        mayfly,
        "events",
        "put-rule",
        "--name",
        "cloud",
        "--event-pattern",
        "{\"source\":[\"/shop\"]}");
    aws(
        mayfly,
        "events",
        "put-targets",
        "--rule",
        "cloud",
        "--targets",
        "Id=q,Arn=" + SQS + "cloud-events");
    String address = mayfly.endpoint() + "/_mayfly/events/default";
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/shop\",\"type\":\"placed\",\"subject\":\"o/1\",\"data\":{\"n\":1}}";
    Reply structured =
        Http.request("POST", address)
            .header("Authorization", basic(mayfly, mayfly.secretKey()))
            .header("Content-Type", "application/cloudevents+json")
            .body(event.getBytes(StandardCharsets.UTF_8))
            .send();
    assertThat(structured.status()).as(structured.text()).isEqualTo(200);
    Reply signed =
        Signing.of(mayfly)
            .service("events")
            .header("content-type", "application/cloudevents-batch+json")
            .request(
                "POST", address, "[%s,%s]".formatted(event, event).getBytes(StandardCharsets.UTF_8))
            .send();
    assertThat(signed.status()).as(signed.text()).isEqualTo(200);
    Reply binary =
        Http.request("POST", address)
            .header("Authorization", basic(mayfly, mayfly.secretKey()))
            .header("Content-Type", "application/json")
            .header("ce-specversion", "1.0")
            .header("ce-id", "2")
            .header("ce-source", "/shop")
            .header("ce-type", "placed")
            .body("{\"n\":2}".getBytes(StandardCharsets.UTF_8))
            .send();
    assertThat(binary.status()).as(binary.text()).isEqualTo(200);
    List<JsonNode> messages = taken(mayfly, url);
    assertThat(messages).hasSize(4);
    assertThat(messages.stream().filter(each -> each.at("/detail/n").asInt() == 1)).hasSize(3);
    assertThat(messages.getFirst().path("resources").toString()).isEqualTo("[\"o/1\"]");
    for (Http request :
        List.of(
            Http.request("POST", address),
            Http.request("POST", address).header("Authorization", basic(mayfly, "wrong")),
            Signing.of(mayfly)
                .service("lambda")
                .request("POST", address, event.getBytes(StandardCharsets.UTF_8)))) {
      Reply refused = request.header("Content-Type", "application/cloudevents+json").send();
      assertThat(refused.status()).as(refused.text()).isEqualTo(401);
      assertThat(refused.header("www-authenticate")).startsWith("Basic");
    }
    Reply wrong =
        Http.request("POST", address)
            .header("Authorization", basic(mayfly, mayfly.secretKey()))
            .header("Content-Type", "application/cloudevents+json")
            .body("{\"id\":\"1\"}".getBytes(StandardCharsets.UTF_8))
            .send();
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("the event has no specversion");
    Reply large =
        Http.request("POST", address)
            .header("Authorization", basic(mayfly, mayfly.secretKey()))
            .body(new byte[(2 << 20) + 1])
            .send();
    assertThat(large.status()).isEqualTo(413);
    aws(mayfly, "events", "remove-targets", "--rule", "cloud", "--ids", "q");
    aws(mayfly, "events", "delete-rule", "--name", "cloud");
  }

  @Test
  void whatWasAcceptedIsThereAndAReplayGoesOnAfterAKill() {
    try (Mayfly mayfly = Mayfly.start("--spares", "0")) {
      String url = queue(mayfly, "killed");
      aws(
          mayfly,
          "events",
          "put-rule",
          "--name",
          "killed",
          "--event-pattern",
          "{\"source\":[\"s\"]}");
      aws(
          mayfly,
          "events",
          "put-targets",
          "--rule",
          "killed",
          "--targets",
          "Id=q,Arn=" + SQS + "killed");
      aws(
          mayfly,
          "events",
          "create-archive",
          "--archive-name",
          "a",
          "--event-source-arn",
          "arn:aws:events:us-east-1:000000000000:event-bus/default");
      put(mayfly, 2000);
      mayfly.kill9();
      mayfly.restart();
      assertThat(count(mayfly, url)).isEqualTo(2000);
      aws(mayfly, "sqs", "purge-queue", "--queue-url", url);
      aws(
          mayfly,
          "events",
          "start-replay",
          "--replay-name",
          "r",
          "--event-source-arn",
          "arn:aws:events:us-east-1:000000000000:archive/a",
          "--event-start-time",
          "0",
          "--event-end-time",
          "4000000000",
          "--destination",
          "Arn=arn:aws:events:us-east-1:000000000000:event-bus/default");
      mayfly.kill9();
      mayfly.restart();
      Eventually.holds(Duration.ofSeconds(60), () -> state(mayfly).equals("COMPLETED"));
      // Every event once: how far the replay was is one with what it had sent.
      assertThat(count(mayfly, url)).isEqualTo(2000);
    }
  }

  private static void put(Mayfly mayfly, int events) {
    String program =
        """
        import sys, boto3
        events = boto3.client("events")
        for start in range(0, int(sys.argv[1]), 10):
            answer = events.put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": '{"n":%d}' % (start + n)} for n in range(10)])
            assert answer["FailedEntryCount"] == 0
        """;
    Tools.python(mayfly, program, Integer.toString(events)).ok();
  }

  private static int count(Mayfly mayfly, String url) {
    return Json.of(
            aws(
                    mayfly,
                    "sqs",
                    "get-queue-attributes",
                    "--queue-url",
                    url,
                    "--attribute-names",
                    "ApproximateNumberOfMessages")
                .out())
        .at("/Attributes/ApproximateNumberOfMessages")
        .asInt();
  }

  private static String state(Mayfly mayfly) {
    return Json.of(aws(mayfly, "events", "describe-replay", "--replay-name", "r").out())
        .path("State")
        .asString();
  }
}
