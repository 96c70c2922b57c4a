package io.mayfly.events;

import static io.mayfly.events.BridgeHarness.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.events.BridgeHarness.Made;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What targets are told, with the examples of the user guide and what goes wrong. */
class TestTargetInput {
  private static final String RULE = "arn:aws:events:us-east-1:000000000000:rule/example";
  private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:q";
  private static final Event EVENT =
      Event.of(
          BridgeHarness.ACCOUNT,
          "7bf73129-1428-4cd3-a780-95db273d1602",
          "aws.ec2",
          "EC2 Instance State-change Notification",
          Instant.parse("2015-11-11T21:29:54Z"),
          List.of("arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111", "b"),
          "{\"instance-id\":\"i-0123456789\",\"state\":\"RUNNING\",\"n\":1.50,\"t\":true,\"o\":{\"a\":[{\"b\":1},{\"b\":2}]},\"q\":\"say \\\"hi\\\"\",\"nothing\":null}",
          Instant.parse("2015-11-11T21:30:00Z"),
          "Root=1");

  private static String told(Made target) {
    RuleTarget made = target.target();
    TargetCheck.check(made);
    return new String(TargetInput.of(made, RULE, "example").of(EVENT), StandardCharsets.UTF_8);
  }

  private static String filled(String template) {
    return told(
        new Made("t", QUEUE)
            .template(
                Map.of(
                    "instance", "$.detail.instance-id",
                    "state", "$.detail.state",
                    "n", "$.detail.n",
                    "o", "$.detail.o",
                    "q", "$.detail.q",
                    "missing", "$.detail.none",
                    "nothing", "$.detail.nothing",
                    "resource", "$.resources[0]",
                    "all", "$.detail.o.a[*].b"),
                template));
  }

  @Test
  void withoutSettingsATargetIsToldTheEvent() {
    assertThat(told(new Made("t", QUEUE))).isEqualTo(EVENT.json());
  }

  @Test
  void aConstantIsToldAsItIs() {
    assertThat(told(new Made("t", QUEUE).input("{\"a\" : 1}"))).isEqualTo("{\"a\" : 1}");
    assertThat(told(new Made("t", QUEUE).input("\"text\""))).isEqualTo("\"text\"");
  }

  @Test
  void aPathTellsAPartOfTheEvent() {
    assertThat(told(new Made("t", QUEUE).path("$.detail.state"))).isEqualTo("\"RUNNING\"");
    assertThat(told(new Made("t", QUEUE).path("$.detail.n"))).isEqualTo("1.50");
    assertThat(told(new Made("t", QUEUE).path("$.detail.o.a[1]"))).isEqualTo("{\"b\":2}");
    assertThat(told(new Made("t", QUEUE).path("$['detail']['t']"))).isEqualTo("true");
    assertThat(told(new Made("t", QUEUE).path("$.detail.none"))).isEqualTo("{}");
    assertThat(told(new Made("t", QUEUE).path("$"))).startsWith("{\"version\":\"0\"");
  }

  @Test
  void templatesAreFilledAsTheUserGuideShows() {
    assertThat(filled("\"instance <instance> is in <state>\""))
        .isEqualTo("\"instance i-0123456789 is in RUNNING\"");
    assertThat(filled("{\"instance\" : <instance>, \"state\": <state>}"))
        .isEqualTo("{\"instance\" : \"i-0123456789\", \"state\": \"RUNNING\"}");
    assertThat(
            filled(
                "{\"instance\" : <instance>, \"state\": \"<state>\", \"instanceStatus\": \"instance \\\"<instance>\\\" is in <state>\"}"))
        .isEqualTo(
            "{\"instance\" : \"i-0123456789\", \"state\": \"RUNNING\", \"instanceStatus\": \"instance \\\"i-0123456789\\\" is in RUNNING\"}");
    assertThat(filled("{\"state\": [ 9, <state>, true ], \"Transformed\" : \"Yes\"}"))
        .isEqualTo("{\"state\": [ 9, \"RUNNING\", true ], \"Transformed\" : \"Yes\"}");
    assertThat(filled("\"<aws.events.rule-name> triggered\"")).isEqualTo("\"example triggered\"");
    assertThat(filled("<aws.events.rule-arn>")).isEqualTo("\"" + RULE + "\"");
    assertThat(filled("{\"e\":<aws.events.event.json>}")).isEqualTo("{\"e\":" + EVENT.json() + "}");
    assertThat(filled("<aws.events.event>")).doesNotContain("detail\":").contains("\"resources\"");
    assertThat(filled("\"<aws.events.event.ingestion-time>\""))
        .isEqualTo("\"2015-11-11T21:30:00Z\"");
    assertThat(filled("\"first <resource>\"\n\"second <state>\""))
        .isEqualTo(
            "\"first arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111\"\n\"second RUNNING\"");
  }

  @Test
  void valuesOfAllKindsFillTemplates() {
    assertThat(filled("{\"n\":<n>,\"o\":<o>,\"x\":<nothing>,\"all\":<all>}"))
        .isEqualTo("{\"n\":1.50,\"o\":{\"a\":[{\"b\":1},{\"b\":2}]},\"x\":null,\"all\":[1,2]}");
    assertThat(filled("{\"m\":<missing>,\"t\":\"<missing>\"}"))
        .isEqualTo("{\"m\":\"\",\"t\":\"\"}");
    // What is filled in cannot break out of its quotes.
    assertThat(filled("{\"q\":\"<q>\",\"o\":\"<o>\"}"))
        .isEqualTo(
            "{\"q\":\"say \\\"hi\\\"\",\"o\":\"{\\\"a\\\":[{\\\"b\\\":1},{\\\"b\\\":2}]}\"}");
    assertThat(filled("\"a < b, <b>bold</b> and <state>\""))
        .isEqualTo("\"a < b, <b>bold</b> and RUNNING\"");
  }

  @Test
  void aTemplateThatIsNoneIsRefused() {
    for (String template : List.of("<instance> is", "{\"a\":}", "{<instance>:1,}", "\"open", " ")) {
      refused(() -> filled(template), "ValidationException", "Invalid InputTemplate for target t");
    }
    refused(() -> filled("{\"a\":<none>}"), "ValidationException", "<none>");
    refused(() -> filled("{\"a\":<aws.events.other>}"), "ValidationException", "aws.events.other");
    refused(
        () -> told(new Made("t", QUEUE).template(Map.of("AWS.x", "$.a"), "\"x\"")),
        "ValidationException",
        "reserved");
    for (String path : List.of("detail", "$detail", "$.", "$.a[", "$.a[x]", "$.a[-1]", "$..a")) {
      refused(
          () -> told(new Made("t", QUEUE).template(Map.of("x", path), "<x>")),
          "ValidationException",
          "is no path");
      refused(() -> told(new Made("t", QUEUE).path(path)), "ValidationException", "is no path");
    }
  }

  @Test
  void whatWouldBeTooLargeIsNotMade() {
    Event large =
        Event.of(
            BridgeHarness.ACCOUNT,
            "id",
            "s",
            "t",
            Instant.EPOCH,
            List.of(),
            "{\"a\":\"%s\"}".formatted("x".repeat(500_000)),
            Instant.EPOCH,
            "Root=1");
    TargetInput input =
        TargetInput.of(
            new Made("t", QUEUE)
                .template(Map.of("a", "$.detail.a"), "[" + "<a>,".repeat(2000) + "1]")
                .target(),
            RULE,
            "example");
    assertThatThrownBy(() -> input.of(large)).isInstanceOf(UndeliverableException.class);
  }

  @Test
  void targetsThatCannotBeAreRefused() {
    refused(
        () -> TargetCheck.check(new Made("t", "not-an-arn").target()),
        "ValidationException",
        "Provided Arn is not in correct format.");
    refused(
        () -> TargetCheck.check(new Made("t", QUEUE).input("{}").path("$.a").target()),
        "ValidationException",
        "Only one of Input, InputPath, or InputTransformer");
    refused(
        () -> TargetCheck.check(new Made("t", QUEUE).input("{a}").target()),
        "ValidationException",
        "JSON syntax error in input for target t");
    refused(
        () -> TargetCheck.check(new Made("t", QUEUE + ".fifo").target()),
        "ValidationException",
        "SqsParameters must be specified");
    refused(
        () ->
            TargetCheck.check(
                new Made("t", QUEUE).deadLetters("arn:aws:sns:us-east-1:000000000000:b").target()),
        "ValidationException",
        "DeadLetterConfig.Arn");
    refused(
        () ->
            TargetCheck.check(
                new Made("t", "arn:aws:events:us-east-1:000000000000:event-bus/b")
                    .input("{}")
                    .target()),
        "ValidationException",
        "Event buses are told of events as they are");
    TargetCheck.check(new Made("t", "arn:aws:ecs:us-east-1:000000000000:cluster/c").target());
    TargetCheck.check(new Made("t", "arn:aws:sns:us-east-1:000000000000:topic").target());
  }
}
