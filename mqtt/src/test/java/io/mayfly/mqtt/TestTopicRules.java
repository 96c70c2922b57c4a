package io.mayfly.mqtt;

import static io.mayfly.mqtt.MqttHarness.arn;
import static io.mayfly.mqtt.MqttHarness.bodies;
import static io.mayfly.mqtt.MqttHarness.rule;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.TopicRule;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What follows from a message by the rules that are about it. */
class TestTopicRules {
  private static final Instant TIME = Instant.ofEpochMilli(1_700_000_000_123L);

  @TempDir Path folder;
  private MqttHarness harness;

  @BeforeEach
  void open() {
    harness = new MqttHarness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private void publish(String topic, String payload) {
    publish(topic, payload.getBytes(UTF_8));
  }

  private void publish(String topic, byte[] payload) {
    harness.rules().publish(new Publication(topic, payload, "client-7", TIME)).stored().join();
  }

  private static TopicRule with(
      String name,
      String pattern,
      String role,
      String errorQueue,
      boolean withTopic,
      String target) {
    return new TopicRule(
        name,
        "#",
        List.of(target),
        Optional.of(role).filter(text -> !text.isEmpty()),
        Optional.of(pattern).filter(text -> !text.isEmpty()),
        Optional.of(errorQueue).filter(text -> !text.isEmpty()),
        withTopic,
        true);
  }

  private static void assertRefused(Runnable change, String... words) {
    assertThatThrownBy(change::run)
        .isInstanceOfSatisfying(
            MayflyException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.VALIDATION))
        .hasMessageContainingAll(words);
  }

  @Test
  void everyRuleThatIsAboutATopicBringsTheMessageToAllOfItsTargets() {
    MessageQueue one = harness.queue("one");
    MessageQueue two = harness.queue("two");
    harness.rules().put(rule("both", "machines/+/readings", arn("one"), arn("two")));
    harness.rules().put(rule("all", "#", arn("one")));
    publish("machines/7/readings", "{\"celsius\": 21.5}");
    publish("other", "{}");
    assertThat(bodies(one, 3))
        .containsExactlyInAnyOrder("{\"celsius\": 21.5}", "{\"celsius\": 21.5}", "{}");
    assertThat(bodies(two, 1)).containsExactly("{\"celsius\": 21.5}");
    assertThat(two.receive(10, java.time.Duration.ofSeconds(1))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\" : 1}|{\"a\" : 1}",
        "21.5|21.5",
        "on|{\"data\":\"b24=\"}",
        "{\"a\":|{\"data\":\"eyJhIjo=\"}",
        "{} {}|{\"data\":\"e30ge30=\"}"
      })
  void payloadsOfJsonAreToldAsTheyAreAndOthersInBase64(String payload, String body) {
    MessageQueue queue = harness.bring("q", "#");
    publish("t", payload);
    assertThat(bodies(queue, 1)).containsExactly(body);
  }

  @Test
  void bytesThatAreNoTextAreToldInBase64() {
    MessageQueue queue = harness.bring("q", "#");
    publish("t", new byte[] {'"', (byte) 0xFF, '"'});
    publish("t", new byte[0]);
    publish("t", "[".repeat(100_000) + "]".repeat(20_000));
    assertThat(bodies(queue, 3))
        .allMatch(body -> body.startsWith("{\"data\":\""))
        .contains("{\"data\":\"Iv8i\"}", "{\"data\":\"\"}");
  }

  @Test
  void topicClientAndTimeAreToldIfTheyAreWanted() {
    MessageQueue queue = harness.queue("q");
    harness.rules().put(with("r", "", "", "", true, arn("q")));
    publish("a/\"b", "{\"timestamp\": 1}");
    publish("c", "on");
    assertThat(bodies(queue, 2))
        .containsExactlyInAnyOrder(
            "{\"topic\":\"a/\\\"b\",\"clientid\":\"client-7\",\"timestamp\":1700000000123,\"payload\":{\"timestamp\": 1}}",
            "{\"topic\":\"c\",\"clientid\":\"client-7\",\"timestamp\":1700000000123,\"data\":\"b24=\"}");
  }

  @Test
  void aPatternLetsOnlyPayloadsThroughThatMatch() {
    MessageQueue queue = harness.queue("q");
    harness
        .rules()
        .put(with("hot", "{\"celsius\": [{\"numeric\": [\">\", 90]}]}", "", "", false, arn("q")));
    publish("t", "{\"celsius\": 20}");
    publish("t", "hot");
    publish("t", "[{\"celsius\": 91}]");
    publish("t", "{\"celsius\": 91}");
    assertThat(bodies(queue, 1)).containsExactly("{\"celsius\": 91}");
  }

  @Test
  void aPayloadThatWouldTakeTheMatcherHoursGoesToTheErrorQueue() {
    harness.queue("q");
    MessageQueue errors = harness.queue("errors");
    harness
        .rules()
        .put(
            with(
                "r",
                "{\"a\": [1], \"b\": [1], \"c\": {\"d\": [1]}}",
                "",
                arn("errors"),
                false,
                arn("q")));
    String values = "[" + "2,".repeat(999) + "2]";
    publish("t", "{\"a\": %s, \"b\": %s, \"c\": [{\"d\": %s}]}".formatted(values, values, values));
    JsonNode told = JsonMapper.shared().readTree(bodies(errors, 1).getFirst());
    assertThat(told.at("/failures/0/errorMessage").asString()).contains("too many values");
  }

  @Test
  void whatCannotBeToldGoesToTheErrorQueueAsOnAwsIot() {
    MessageQueue good = harness.queue("good");
    MessageQueue errors = harness.queue("errors");
    harness.queue("forbidden");
    harness
        .rules()
        .put(
            new TopicRule(
                "r",
                "t",
                List.of(arn("forbidden"), arn("good"), arn("gone")),
                Optional.empty(),
                Optional.empty(),
                Optional.of(arn("errors")),
                false,
                true));
    publish("t", "{}");
    assertThat(bodies(good, 1)).containsExactly("{}");
    List<JsonNode> told =
        bodies(errors, 2).stream().map(body -> JsonMapper.shared().readTree(body)).toList();
    assertThat(told)
        .allSatisfy(
            each -> {
              assertThat(each.path("ruleName").asString()).isEqualTo("r");
              assertThat(each.path("topic").asString()).isEqualTo("t");
              assertThat(each.path("clientId").asString()).isEqualTo("client-7");
              assertThat(each.path("base64OriginalPayload").asString()).isEqualTo("e30=");
              assertThat(each.at("/failures/0/failedAction").asString()).isEqualTo("SqsAction");
            })
        .anyMatch(each -> each.at("/failures/0/failedResource").asString().equals(arn("gone")));
    assertThat(harness.counts().of("told true")).isEqualTo(1);
    assertThat(harness.counts().of("told false")).isEqualTo(2);
  }

  @Test
  void aRoleMayWhatTheTargetsPolicyDoesNotLetTheService() {
    MessageQueue queue = harness.queue("forbidden");
    assertThat(harness.rules().put(rule("r", "#", arn("forbidden"))))
        .singleElement()
        .asString()
        .contains("forbidden", "iot.amazonaws.com");
    String role = "arn:aws:iam::000000000000:role/may";
    assertThat(harness.rules().put(with("r", "", role, "", false, arn("forbidden")))).isEmpty();
    publish("t", "{}");
    assertThat(bodies(queue, 1)).containsExactly("{}");
  }

  @Test
  void messagesOfAClientKeepTheirOrderInFirstInFirstOutQueuesAlsoIfTheyAreTheSame() {
    MessageQueue queue = harness.fifo("q.fifo");
    harness.rules().put(rule("r", "#", arn("q.fifo")));
    for (int i = 0; i < 5; i++) {
      publish("t", i % 2 == 0 ? "0" : "1");
    }
    List<Delivery> got = MqttHarness.take(queue, 5);
    assertThat(got).extracting(each -> each.group().orElse("")).containsOnly("client-7");
    assertThat(got)
        .extracting(each -> new String(each.body(), UTF_8))
        .containsExactly("0", "1", "0", "1", "0");
  }

  @Test
  void rulesOutliveTheProcessAndGoWhenTheyAreRemoved() {
    TopicRule rule =
        with("r", "{\"a\": [1]}", "arn:aws:iam::000000000000:role/may", arn("e"), true, arn("q"));
    harness.rules().put(rule);
    assertThat(harness.reread().list()).containsExactly(rule);
    harness.rules().remove("r");
    assertThat(harness.rules().list()).isEmpty();
    assertThat(harness.reread().list()).isEmpty();
    assertThatThrownBy(() -> harness.rules().remove("r"))
        .isInstanceOfSatisfying(
            MayflyException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND));
  }

  @Test
  void aRuleThatIsDisabledBringsNothing() {
    MessageQueue queue = harness.bring("q", "#");
    TopicRule rule = harness.rules().list().getFirst();
    harness
        .rules()
        .put(
            new TopicRule(
                rule.name(),
                rule.filter(),
                rule.targets(),
                rule.role(),
                rule.pattern(),
                rule.errorQueue(),
                rule.withTopic(),
                false));
    publish("t", "{}");
    assertThat(queue.depth().ready()).isZero();
  }

  @Test
  void whatIsNoRuleIsRefused() {
    assertRefused(() -> harness.rules().put(rule("a-b", "#", arn("q"))), "name");
    assertRefused(() -> harness.rules().put(rule("r", "a/#/b", arn("q"))), "'a/#/b' is no filter");
    assertRefused(() -> harness.rules().put(rule("r", "$aws/#", arn("q"))), "no $ in front");
    assertRefused(() -> harness.rules().put(rule("r", "#")), "1 to 10 targets");
    assertRefused(() -> harness.rules().put(rule("r", "#", "q")), "'q' is no ARN");
    assertRefused(
        () -> harness.rules().put(with("r", "", "me", "", false, arn("q"))), "no role's ARN");
    assertRefused(
        () -> harness.rules().put(with("r", "", "", "arn:aws:sns:a:b:c", false, arn("q"))),
        "no queue's ARN");
    for (int i = 0; i < 100; i++) {
      harness.rules().put(rule("r" + i, "#", arn("q")));
    }
    harness.rules().put(rule("r7", "t", arn("q")));
    assertRefused(() -> harness.rules().put(rule("more", "#", arn("q"))), "100 rules");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"a\": 1}",
        "{\"a\": []}",
        "{\"a\": [{\"nothing\": 1}]}",
        "{\"$or\": [{\"a\": [1]}, {\"b\": [1]}]}",
        "{\"a\": [{\"wildcard\": \"*a*a*a*\"}]}",
        "{\"a\": [{\"anything-but\": {\"wildcard\": \"*\"}}]}",
        "{\"a\":[1],\"b\":[1],\"c\":[1],\"d\":[1],\"e\":[1],\"f\":[1],\"g\":[1],\"h\":[1],\"i\":[1],\"j\":[1],\"k\":[1]}"
      })
  void whatIsNoPatternIsRefused(String pattern) {
    assertRefused(
        () ->
            harness
                .rules()
                .put(
                    new TopicRule(
                        "r",
                        "#",
                        List.of(arn("q")),
                        Optional.empty(),
                        Optional.of(pattern),
                        Optional.empty(),
                        false,
                        true)),
        "pattern");
  }

  @Test
  void noPayloadBreaksAPattern() {
    PayloadPattern pattern = new PayloadPattern("{\"a\": {\"b\": [1, {\"prefix\": \"x\"}]}}");
    Random random = new Random(5);
    String[] parts = {"{", "}", "[", "]", "\"a\"", "\"b\"", ":", ",", "1", "null", "\"x\"", " "};
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder("{\"a\":{\"b\":");
      for (int j = random.nextInt(8); j > 0; j--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      Payload payload = Payload.of(text.append("}}").toString().getBytes(UTF_8));
      payload.json().ifPresent(pattern::matches);
    }
    assertThat(pattern.matches("{\"a\": {\"b\": [2, 1]}}")).isTrue();
  }
}
