package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What functions log, through the AWS command line's {@code aws logs} and through boto3. */
final class TestAwsLogs {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final String NAME = "aws-logs";
  private static final String GROUP = "/aws/lambda/" + NAME;
  private static final String CODE =
      """
      import os
      def handler(event, context):
          print("said", event)
          print("ERROR at", event)
          print('{"level": "ERROR", "n": %d}' % event)
          return os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static String stream = "";

  @BeforeAll
  static void callTwice() {
    FUNCTIONS.deployPython(NAME, CODE);
    stream = Json.of(FUNCTIONS.invoke(NAME, "1").payload().asUtf8String()).asString();
    assertThat(FUNCTIONS.invoke(NAME, "2").payload().asUtf8String()).isEqualTo('"' + stream + '"');
    Eventually.holds(
        PATIENCE,
        () ->
            MAYFLY.functionLog(NAME).lines().filter(line -> line.startsWith("REPORT")).count()
                == 2);
  }

  @AfterAll
  static void deleteFunction() {
    FUNCTIONS.delete(List.of(NAME));
    Eventually.holds(
        PATIENCE, () -> aws("describe-log-streams", "--log-group-name", GROUP).status() != 0);
  }

  private static Ran aws(String... arguments) {
    return Tools.aws(
        MAYFLY, Stream.concat(Stream.of("logs"), Stream.of(arguments)).toArray(String[]::new));
  }

  private static JsonNode json(String... arguments) {
    return Json.of(aws(arguments).ok().out());
  }

  private static String refusal(String... arguments) {
    Ran ran = aws(arguments);
    assertThat(ran.status()).as(ran.out()).isNotZero();
    return ran.err();
  }

  private static List<String> strings(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void groupsAndStreamsAreThoseOfLambda() {
    JsonNode group =
        json("describe-log-groups", "--log-group-name-prefix", GROUP).at("/logGroups/0");
    assertThat(group.path("logGroupName").asString()).isEqualTo(GROUP);
    assertThat(group.path("arn").asString())
        .isEqualTo("arn:aws:logs:us-east-1:000000000000:log-group:" + GROUP + ":*");
    assertThat(group.path("storedBytes").asInt()).isPositive();
    assertThat(
            strings(
                json(
                    "describe-log-groups",
                    "--log-group-name-pattern",
                    "aws-log",
                    "--query",
                    "logGroups[].logGroupName")))
        .contains(GROUP);
    JsonNode streams =
        json(
            "describe-log-streams",
            "--log-group-name",
            GROUP,
            "--order-by",
            "LastEventTime",
            "--descending");
    assertThat(stream).matches("[0-9]{4}/[0-9]{2}/[0-9]{2}/\\[\\$LATEST][0-9a-f]{32}");
    assertThat(
            strings(
                Json.of(
                    aws(
                            "describe-log-streams",
                            "--log-group-name",
                            GROUP,
                            "--query",
                            "logStreams[].logStreamName")
                        .ok()
                        .out())))
        .contains(stream);
    assertThat(streams.at("/logStreams/0/lastEventTimestamp").asLong())
        .isGreaterThanOrEqualTo(streams.at("/logStreams/0/firstEventTimestamp").asLong());
  }

  @Test
  void eventsAreFiltered() {
    assertThat(messages("--filter-pattern", "ERROR -level"))
        .containsExactly("ERROR at 1\n", "ERROR at 2\n");
    assertThat(messages("--filter-pattern", "{ $.level = \"ERROR\" && $.n > 1 }"))
        .containsExactly("{\"level\": \"ERROR\", \"n\": 2}\n");
    assertThat(messages("--filter-pattern", "[word = said, number]", "--page-size", "1"))
        .containsExactly("said 1\n", "said 2\n");
    assertThat(
            messages(
                "--log-stream-names", stream, "--filter-pattern", "?\"START Req\" ?\"END Req\""))
        .hasSize(4)
        .allMatch(line -> line.matches("(START|END) RequestId: .*\n"));
    assertThat(messages("--end-time", "1000")).isEmpty();
    assertThat(
            refusal("filter-log-events", "--log-group-name", GROUP, "--filter-pattern", "{ $.x }"))
        .contains("InvalidParameterException", "Invalid filter pattern");
    assertThat(refusal("filter-log-events", "--log-group-name", "/aws/lambda/nowhere"))
        .contains("ResourceNotFoundException", "The specified log group does not exist.");
  }

  private static List<String> messages(String... arguments) {
    return strings(
        json(
            Stream.concat(
                    Stream.of(
                        "filter-log-events",
                        "--log-group-name",
                        GROUP,
                        "--query",
                        "events[].message"),
                    Stream.of(arguments))
                .toArray(String[]::new)));
  }

  @Test
  void aStreamIsReadInPagesToItsEnd() {
    JsonNode all = page("--start-from-head");
    List<String> expected = strings(all.at("/events").valueStream().map(e -> e.path("message")));
    assertThat(expected.stream().map(line -> line.split("[ :]", 2)[0]))
        .containsSubsequence("START", "said", "ERROR", "END", "REPORT", "START", "END", "REPORT");
    List<String> seen = new ArrayList<>();
    JsonNode page = page("--start-from-head", "--limit", "3");
    while (!page.path("events").isEmpty()) {
      seen.addAll(strings(page.at("/events").valueStream().map(e -> e.path("message"))));
      String token = page.path("nextForwardToken").asString();
      page = page("--start-from-head", "--limit", "3", "--next-token", token);
      if (page.path("events").isEmpty()) {
        assertThat(page.path("nextForwardToken").asString()).isEqualTo(token);
      }
    }
    assertThat(seen).isEqualTo(expected);
    JsonNode last = page("--limit", "2");
    assertThat(strings(last.at("/events").valueStream().map(e -> e.path("message"))))
        .isEqualTo(expected.subList(expected.size() - 2, expected.size()));
    JsonNode before =
        page("--limit", "2", "--next-token", last.path("nextBackwardToken").asString());
    assertThat(strings(before.at("/events").valueStream().map(e -> e.path("message"))))
        .isEqualTo(expected.subList(expected.size() - 4, expected.size() - 2));
  }

  private static List<String> strings(Stream<JsonNode> values) {
    return values.map(JsonNode::asString).toList();
  }

  private static JsonNode page(String... arguments) {
    return json(
        Stream.concat(
                Stream.of("get-log-events", "--log-group-name", GROUP, "--log-stream-name", stream),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** {@code aws logs tail} is of version 2, which no registry has; this asks what it asks. */
  @Test
  void whatTailAsksForShowsLinesOnceAndFollowsThem() throws IOException {
    FUNCTIONS.deployPython("aws-logs-tail", CODE);
    FUNCTIONS.invoke("aws-logs-tail", "1");
    MAYFLY.awaitLog("aws-logs-tail", "REPORT");
    try (InputStream program = TestAwsLogs.class.getResourceAsStream("logs_tail.py")) {
      String text =
          new String(Objects.requireNonNull(program).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(Tools.python(MAYFLY, text, "aws-logs-tail").ok().out().lines())
          .containsExactly("said 1", "said 2", "said 3");
    }
    FUNCTIONS.delete(List.of("aws-logs-tail"));
  }

  @Test
  void groupsAreKeptForDaysEmptiedAndCreated() {
    String group = "/aws/lambda/aws-logs-kept";
    String[] named = {"--log-group-name", group};
    aws(with("create-log-group", named)).ok();
    assertThat(refusal(with("create-log-group", named))).contains("ResourceAlreadyExistsException");
    aws(with("put-retention-policy", named, "--retention-in-days", "7")).ok();
    FUNCTIONS.deployPython("aws-logs-kept", CODE);
    FUNCTIONS.invoke("aws-logs-kept", "1");
    MAYFLY.awaitLog("aws-logs-kept", "REPORT");
    JsonNode kept = json("describe-log-groups", "--log-group-name-prefix", group);
    assertThat(kept.at("/logGroups/0/retentionInDays").asInt()).isEqualTo(7);
    assertThat(refusal(with("put-retention-policy", named, "--retention-in-days", "2")))
        .contains("InvalidParameterException");
    aws(with("delete-retention-policy", named)).ok();
    aws(with("delete-log-group", named)).ok();
    assertThat(refusal(with("describe-log-streams", named))).contains("ResourceNotFoundException");
    FUNCTIONS.invoke("aws-logs-kept", "2");
    MAYFLY.awaitLog("aws-logs-kept", "REPORT");
    JsonNode anew = json(with("filter-log-events", named, "--filter-pattern", "said"));
    assertThat(strings(anew.at("/events").valueStream().map(e -> e.path("message"))))
        .containsExactly("said 2\n");
    FUNCTIONS.delete(List.of("aws-logs-kept"));
  }

  private static String[] with(String action, String[] group, String... more) {
    return Stream.of(Stream.of(action), Stream.of(group), Stream.of(more))
        .flatMap(words -> words)
        .toArray(String[]::new);
  }

  @Test
  void whatIsNotThereYetSaysSo() {
    assertThat(refusal("create-log-stream", "--log-group-name", GROUP, "--log-stream-name", "mine"))
        .contains("NotImplementedException", "logs:CreateLogStream");
    assertThat(refusal("create-log-group", "--log-group-name", "/my/own"))
        .contains("InvalidParameterException", "/aws/lambda/");
    assertThat(refusal("create-log-group", "--log-group-name", "/aws/lambda/x", "--tags", "team=a"))
        .contains("InvalidParameterValueException", "tags is not supported yet");
  }
}
