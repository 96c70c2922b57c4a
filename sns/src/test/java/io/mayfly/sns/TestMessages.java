package io.mayfly.sns;

import static io.mayfly.sns.Harness.message;
import static io.mayfly.sns.Harness.ordered;
import static io.mayfly.sns.Harness.refused;
import static io.mayfly.sns.Harness.text;
import static io.mayfly.sns.Harness.with;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What messages may be, and what is said of others. */
@Timeout(120)
class TestMessages {
  @TempDir Path folder;
  private Harness harness;

  @BeforeEach
  void open() {
    harness = new Harness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void messagesAreCheckedBeyondTheirBounds() {
    String topic = harness.topic("a", Map.of());
    refused(() -> harness.publish(topic, ""), "InvalidParameter", "Empty message");
    harness.publish(topic, "x".repeat(256 * 1024));
    refused(
        () -> harness.publish(topic, "x".repeat(256 * 1024 + 1)),
        "InvalidParameter",
        "Message too long");
    refused(
        () -> harness.publish(message(topic, "x".repeat(256 * 1024 - 7), Map.of("a", text("x")))),
        "InvalidParameter",
        "Message too long");
    for (String subject : List.of("", "x".repeat(101), "a\nb", " a", "\u007f")) {
      refused(
          () -> harness.publish(with(topic, "m", Optional.of(subject), Optional.empty())),
          "InvalidParameter",
          "Subject");
    }
    record Wrong(String message, String reason) {}
    for (Wrong wrong :
        List.of(
            new Wrong("no", "JSON message body failed to parse"),
            new Wrong("{}", "No default entry in JSON message body"),
            new Wrong("{\"default\":1}", "No default entry in JSON message body"))) {
      refused(
          () ->
              harness.publish(with(topic, wrong.message(), Optional.empty(), Optional.of("json"))),
          "InvalidParameter",
          wrong.reason());
    }
    refused(
        () -> harness.publish(with(topic, "m", Optional.empty(), Optional.of("xml"))),
        "InvalidParameter",
        "MessageStructure");
  }

  @Test
  void groupsAndDeduplicationIdsAreForFifoTopics() {
    String topic = harness.topic("a", Map.of());
    String fifo = harness.topic("a.fifo", Map.of());
    refused(() -> harness.publish(fifo, "m"), "InvalidParameter", "MessageGroupId parameter is");
    refused(
        () -> harness.publish(ordered(fifo, "m", "g", "")),
        "InvalidParameter",
        "ContentBasedDeduplication enabled or MessageDeduplicationId");
    refused(
        () -> harness.publish(ordered(fifo, "m", "x".repeat(129), "d")),
        "InvalidParameter",
        "MessageGroupId");
    refused(
        () -> harness.publish(ordered(topic, "m", "g", "d")),
        "InvalidParameter",
        "MessageDeduplicationId parameter that is not valid for this topic type");
    refused(() -> harness.publish(Harness.ARN + "none", "m"), "NotFound", "Topic does not exist");
  }

  @Test
  void attributesAreChecked() {
    String topic = harness.topic("a", Map.of());
    for (String name : List.of("", "a b", ".a", "a..b", "AWS.x", "x".repeat(257))) {
      refused(
          () -> harness.publish(message(topic, "m", Map.of(name, text("x")))),
          "ParameterValueInvalid",
          "message attribute name");
    }
    for (AttributeValue value :
        List.of(
            new AttributeValue("", Optional.of("x"), Optional.empty()),
            new AttributeValue("Text", Optional.of("x"), Optional.empty()),
            new AttributeValue("String", Optional.of(""), Optional.empty()),
            new AttributeValue("String", Optional.empty(), Optional.of(new byte[1])),
            new AttributeValue("Binary", Optional.of("x"), Optional.empty()),
            new AttributeValue("Number", Optional.of("1x"), Optional.empty()),
            new AttributeValue("Number", Optional.of("1e999999999"), Optional.empty()))) {
      refused(
          () -> harness.publish(message(topic, "m", Map.of("a", value))),
          "ParameterValueInvalid",
          "message attribute 'a'");
    }
  }

  @Test
  void textMessagesAreNotSentYet() {
    refused(
        () ->
            harness.publish(
                new Publish.Input(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("+4912345"),
                    "m",
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty())),
        "InvalidParameter",
        "no text messages yet");
  }
}
