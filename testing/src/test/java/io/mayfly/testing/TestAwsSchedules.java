package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Schedules with boto3 and the AWS command line; what is expected of boto3 stands in the program.
 */
final class TestAwsSchedules {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final String ECHO =
      """
      import json
      def handler(event, context):
          print("got " + json.dumps(event))
      """;

  private static JsonNode aws(Mayfly mayfly, String... words) {
    String out = Tools.aws(mayfly, words).ok().out();
    return Json.of(out.isBlank() ? "{}" : out);
  }

  /** A role that schedules can have, and that may do something; its ARN. */
  static String role(Mayfly mayfly, String name, String action) {
    String role =
        aws(
                mayfly,
                "iam",
                "create-role",
                "--role-name",
                name,
                "--assume-role-policy-document",
                "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"scheduler.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}")
            .at("/Role/Arn")
            .asString();
    aws(
        mayfly,
        "iam",
        "put-role-policy",
        "--role-name",
        name,
        "--policy-name",
        "own",
        "--policy-document",
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"%s\", \"Resource\": \"*\"}]}"
            .formatted(action));
    return role;
  }

  static void create(Mayfly mayfly, String name, String expression, String target, String... more) {
    aws(
        mayfly,
        Stream.concat(
                Stream.of(
                    "scheduler",
                    "create-schedule",
                    "--name",
                    name,
                    "--schedule-expression",
                    expression,
                    "--flexible-time-window",
                    "Mode=OFF",
                    "--target",
                    target),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static String in(Duration time) {
    return "at(%s)"
        .formatted(
            Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""));
  }

  @Test
  void boto3DrivesEveryActionAndGetsItsTypedErrors() throws IOException {
    try (Mayfly mayfly = Mayfly.start();
        InputStream program = TestAwsSchedules.class.getResourceAsStream("boto3_schedules.py")) {
      String text =
          new String(Objects.requireNonNull(program).readAllBytes(), StandardCharsets.UTF_8);
      Tools.python(mayfly, text, mayfly.account(), mayfly.region()).ok();
    }
  }

  private static List<String> reports(Mayfly mayfly, String function) {
    return Distribution.cli(mayfly, "logs", function)
        .ok()
        .out()
        .lines()
        .filter(line -> line.contains("REPORT RequestId"))
        .toList();
  }

  private static String metrics(Mayfly mayfly) {
    String keys = mayfly.accessKey() + ":" + mayfly.secretKey();
    return Http.request("GET", mayfly.endpoint() + "/_mayfly/metrics")
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(keys.getBytes(StandardCharsets.UTF_8)))
        .send()
        .text();
  }

  /** The first call of a function and the next ones: its timer is known. */
  @Test
  void aFunctionIsCalledByTheClockAndItsInstanceIsThereAlready() {
    try (Mayfly mayfly = Mayfly.start()) {
      mayfly.functions().deployPython("clocked", ECHO);
      String role = role(mayfly, "clock-of-functions", "lambda:InvokeFunction");
      String target =
          "{\"Arn\": \"arn:aws:lambda:%s:%s:function:clocked\", \"RoleArn\": \"%s\", \"Input\": \"{\\\"at\\\": \\\"<aws.scheduler.scheduled-time>\\\"}\"}"
              .formatted(mayfly.region(), mayfly.account(), role);
      create(mayfly, "first", in(Duration.ofSeconds(8)), target);
      create(mayfly, "second", in(Duration.ofSeconds(12)), target);
      Eventually.holds(Duration.ofSeconds(60), () -> reports(mayfly, "clocked").size() == 2);
      assertThat(reports(mayfly, "clocked")).noneMatch(line -> line.contains("Init Duration"));
      mayfly.awaitLog("clocked", "got {\"at\": \"20");
      assertThat(metrics(mayfly))
          .contains("mayfly_schedule_fired_total 2", "mayfly_schedule_late_seconds_count 2");
    }
  }

  @Test
  void theCommandLineMakesShowsListsChangesAndDeletes() {
    String role = role(MAYFLY, "clock-of-cli", "sqs:SendMessage");
    String target =
        "{\"Arn\": \"arn:aws:sqs:us-east-1:000000000000:none\", \"RoleArn\": \"%s\"}"
            .formatted(role);
    aws(MAYFLY, "scheduler", "create-schedule-group", "--name", "cli");
    create(MAYFLY, "cli", "rate(5 minutes)", target, "--group-name", "cli", "--state", "DISABLED");
    JsonNode shown =
        aws(MAYFLY, "scheduler", "get-schedule", "--name", "cli", "--group-name", "cli");
    assertThat(shown.path("Arn").asString())
        .isEqualTo("arn:aws:scheduler:us-east-1:000000000000:schedule/cli/cli");
    assertThat(shown.path("State").asString()).isEqualTo("DISABLED");
    assertThat(
            aws(MAYFLY, "scheduler", "list-schedules", "--group-name", "cli")
                .at("/Schedules/0/Name")
                .asString())
        .isEqualTo("cli");
    aws(MAYFLY, "scheduler", "delete-schedule-group", "--name", "cli");
    assertThat(Tools.aws(MAYFLY, "scheduler", "get-schedule-group", "--name", "cli").err())
        .contains("ResourceNotFoundException", "Schedule group cli does not exist.");
  }

  /** Whatever a request says, it is answered, and with no fault of the platform's. */
  @Test
  void requestsThatNobodyWouldSendAreAnswered() {
    Random random = new Random(Long.getLong("mayfly.seed", 99));
    List<String> paths = List.of("/schedules/%s", "/schedule-groups/%s", "/tags/%s", "/schedules");
    List<String> names =
        List.of("a", "%C3%A4", "%2F", "x".repeat(65), "..", "a%20b", "default", "%00");
    List<String> bodies =
        List.of(
            "",
            "{",
            "[]",
            "null",
            "{\"Target\": 5}",
            "{\"ScheduleExpression\": \"rate(1 minute)\", \"FlexibleTimeWindow\": {\"Mode\": \"OFF\"}, \"Target\": {\"Arn\": \"%s\", \"RoleArn\": \"arn:aws:iam::000000000000:role/r\"}}",
            "{\"ScheduleExpression\": \"%s\", \"FlexibleTimeWindow\": {\"Mode\": \"FLEXIBLE\", \"MaximumWindowInMinutes\": 1e99}, \"Target\": {\"Arn\": \"a:b:c\", \"RoleArn\": \"\"}}",
            "{\"StartDate\": 1e308, \"ScheduleExpression\": \"rate(1 day)\", \"FlexibleTimeWindow\": {\"Mode\": \"OFF\"}, \"Target\": {\"Arn\": \"arn:aws:sqs:us-east-1:000000000000:q\", \"RoleArn\": \"arn:aws:iam::000000000000:role/r\"}}",
            "{\"EndDate\": -62135596801, \"ScheduleExpression\": \"cron(* * * * ? *)\", \"FlexibleTimeWindow\": {\"Mode\": \"OFF\"}, \"Target\": {\"Arn\": \"arn:aws:sqs:us-east-1:000000000000:q\", \"RoleArn\": \"arn:aws:iam::000000000000:role/r\"}}");
    List<String> methods = List.of("GET", "POST", "PUT", "DELETE");
    for (int i = 0; i < 400; i++) {
      String name = names.get(random.nextInt(names.size()));
      String path = paths.get(random.nextInt(paths.size())).formatted(name);
      String body = bodies.get(random.nextInt(bodies.size())).replace("%s", name);
      if (random.nextInt(4) == 0) {
        path += "?NextToken=%FF&MaxResults=-1&groupName=" + name;
      }
      Reply reply =
          Signing.of(MAYFLY)
              .service("scheduler")
              .request(
                  methods.get(random.nextInt(methods.size())),
                  MAYFLY.endpoint() + path,
                  body.getBytes(StandardCharsets.UTF_8))
              .send();
      assertThat(reply.status()).as(path + " " + body + ": " + reply.text()).isBetween(200, 499);
    }
  }
}
