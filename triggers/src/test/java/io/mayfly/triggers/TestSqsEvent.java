package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Receipt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events as they are written, and which messages get into them. */
class TestSqsEvent {
  private static final String ARN = "arn:aws:sqs:us-east-1:000000000000:q";
  private static final UUID ID = new UUID(1, 2);

  private static Delivery message(String body, Map<String, MessageAttribute> attributes) {
    return new Delivery(
        new Receipt(7, 1, 2),
        ID,
        body.getBytes(StandardCharsets.UTF_8),
        attributes,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        2,
        Instant.EPOCH,
        Optional.empty());
  }

  private static SqsEvent.Writer writer() {
    EventQueue queue =
        new EventQueue() {
          @Override
          public MessageQueue messages() {
            throw new AssertionError("an event is written without its queue");
          }

          @Override
          public Optional<MessageQueue> deadLetters() {
            return Optional.empty();
          }

          @Override
          public Duration visibility() {
            return Duration.ZERO;
          }

          @Override
          public String receiptHandle(Delivery message, Instant received) {
            return "handle-" + message.receipt().sequence();
          }

          @Override
          public Map<String, String> attributes(Delivery message) {
            return Map.of("SenderId", "AIDA");
          }

          @Override
          public String bodyDigest(Delivery message) {
            return "digest";
          }

          @Override
          public Optional<String> attributesDigest(Delivery message) {
            return message.attributes().isEmpty() ? Optional.empty() : Optional.of("other");
          }
        };
    return new SqsEvent.Writer(queue, ARN, "us-east-1", Instant.EPOCH);
  }

  private static JsonNode record(Delivery message) {
    return JsonMapper.shared()
        .readTree(writer().event(List.of(message)).payload())
        .at("/Records/0");
  }

  @Test
  void aRecordHasLambdasMembers() {
    JsonNode record =
        record(
            message(
                "hello",
                Map.of(
                    "text",
                    new MessageAttribute("String", "ä".getBytes(StandardCharsets.UTF_8)),
                    "bytes",
                    new MessageAttribute("Binary", new byte[] {0, -1}))));
    assertThat(record)
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"messageId": "00000000-0000-0001-0000-000000000002",
                     "receiptHandle": "handle-7",
                     "body": "hello",
                     "attributes": {"SenderId": "AIDA"},
                     "messageAttributes": {
                       "text": {"stringValue": "ä", "stringListValues": [],
                                "binaryListValues": [], "dataType": "String"},
                       "bytes": {"binaryValue": "AP8=", "stringListValues": [],
                                 "binaryListValues": [], "dataType": "Binary"}},
                     "md5OfMessageAttributes": "other",
                     "md5OfBody": "digest",
                     "eventSource": "aws:sqs",
                     "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q",
                     "awsRegion": "us-east-1"}
                    """));
    assertThat(record(message("x", Map.of())).has("md5OfMessageAttributes")).isFalse();
  }

  @Test
  void everyCharacterOfABodyArrives() {
    StringBuilder all = new StringBuilder();
    for (int code = 0; code < 0x11000; code++) {
      if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
        all.appendCodePoint(code);
      }
    }
    assertThat(record(message(all.toString(), Map.of())).path("body").asString())
        .isEqualTo(all.toString());
  }

  private static boolean matches(String pattern, String body) {
    return writer().matches(SqsEvent.filter(List.of(pattern)), message(body, Map.of()));
  }

  @Test
  void bodiesOfJsonAreMatchedAsSuch() {
    String pattern = "{\"body\": {\"n\": [{\"numeric\": [\">\", 5]}], \"k\": {\"x\": [\"y\"]}}}";
    assertThat(matches(pattern, "{\"n\": 6, \"k\": {\"x\": \"y\"}}")).isTrue();
    assertThat(matches(pattern, "{\"n\": 5, \"k\": {\"x\": \"y\"}}")).isFalse();
    assertThat(matches(pattern, "{\"n\": 6}")).isFalse();
    assertThat(matches(pattern, "n=6")).isFalse();
    assertThat(matches(pattern, "{\"n\": 6, \"k\"")).isFalse();
    assertThat(matches("{\"body\": {\"a\": [{\"exists\": false}]}}", "{\"b\": 1}")).isTrue();
  }

  @Test
  void bodiesOfTextAreMatchedAsTextAndOtherMembersWhateverTheBody() {
    String pattern = "{\"body\": [{\"prefix\": \"ord\"}]}";
    assertThat(matches(pattern, "order 1")).isTrue();
    assertThat(matches(pattern, "other")).isFalse();
    assertThat(matches("{\"body\": [{\"prefix\": \"{\"}]}", "{\"a\": 1}")).isFalse();
    String sender = "{\"attributes\": {\"SenderId\": [\"AIDA\"]}}";
    assertThat(matches(sender, "text")).isTrue();
    assertThat(matches(sender, "{}")).isTrue();
    assertThat(matches("{\"attributes\": {\"SenderId\": [\"x\"]}}", "text")).isFalse();
    assertThat(
            matches(
                "{\"$or\": [{\"body\": {\"a\": [1]}}, {\"body\": {\"b\": [1]}}]}", "{\"b\": 1}"))
        .isTrue();
  }

  @Test
  void oneOfSeveralPatternsIsEnough() {
    EventFilter filter =
        SqsEvent.filter(List.of("{\"body\": {\"a\": [1]}}", "{\"body\": [\"text\"]}"));
    assertThat(writer().matches(filter, message("text", Map.of()))).isTrue();
    assertThat(writer().matches(filter, message("{\"a\": 1}", Map.of()))).isTrue();
    assertThat(writer().matches(filter, message("{\"a\": 2}", Map.of()))).isFalse();
  }

  @Test
  void whatTheMatcherCannotReadIsRefused() {
    for (String pattern :
        List.of("{\"a\": [{\"numeric\": [\"<\"]}]}", "{\"a\": [{\"prefix\": 1}]}", "{")) {
      assertThatThrownBy(() -> SqsEvent.filter(List.of(pattern)))
          .isInstanceOf(MayflyException.class)
          .hasMessage("Invalid filter pattern definition.");
    }
  }

  @Test
  void noBodyBreaksTheMatcher() {
    for (String body :
        List.of(
            "[".repeat(100_000),
            "{\"a\":".repeat(900) + "1" + "}".repeat(900),
            "{\"a\": 1e999999999}",
            "{\"a\": \"\\ud800\"}",
            "{\"a\": 1, \"a\": 2}",
            "")) {
      assertThat(matches("{\"body\": {\"b\": [1]}}", body)).isFalse();
    }
  }
}
