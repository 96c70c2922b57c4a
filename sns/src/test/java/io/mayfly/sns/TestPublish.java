package io.mayfly.sns;

import static io.mayfly.sns.Harness.CALLER;
import static io.mayfly.sns.Harness.body;
import static io.mayfly.sns.Harness.entry;
import static io.mayfly.sns.Harness.json;
import static io.mayfly.sns.Harness.message;
import static io.mayfly.sns.Harness.ordered;
import static io.mayfly.sns.Harness.refused;
import static io.mayfly.sns.Harness.text;
import static io.mayfly.sns.Harness.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.UndeliverableException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What becomes of messages that are published, up to the queues of those who are told. */
@Timeout(120)
class TestPublish {
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
  void queuesAndFunctionsAreToldInOneTransaction() {
    String topic = harness.topic("a", Map.of());
    String queue = harness.subscribe(topic, "sqs", harness.queue("q"), Map.of());
    harness.subscribe(topic, "sqs", harness.queue("raw"), Map.of("RawMessageDelivery", "true"));
    String function = harness.subscribe(topic, "lambda", harness.function("f"), Map.of());
    Map<String, AttributeValue> attributes = new HashMap<>();
    attributes.put("s", text("x"));
    attributes.put(
        "b", new AttributeValue("Binary", Optional.empty(), Optional.of(new byte[] {1, 2})));
    String id = harness.publish(message(topic, "hello \"you\"", attributes)).messageId();

    JsonNode envelope = json(harness.take("sqs/q").getFirst());
    assertThat(envelope.propertyNames())
        .containsExactly(
            "Type",
            "MessageId",
            "TopicArn",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertURL",
            "UnsubscribeURL",
            "MessageAttributes");
    assertThat(envelope.path("Type").asString()).isEqualTo("Notification");
    assertThat(envelope.path("MessageId").asString()).isEqualTo(id);
    assertThat(envelope.path("Message").asString()).isEqualTo("hello \"you\"");
    assertThat(envelope.path("Timestamp").asString()).isEqualTo("2026-03-01T12:00:00.000Z");
    assertThat(envelope.at("/MessageAttributes/b/Value").asString()).isEqualTo("AQI=");
    assertThat(envelope.path("UnsubscribeURL").asString())
        .isEqualTo("http://127.0.0.1:9000/_mayfly/sns?Action=Unsubscribe&SubscriptionArn=" + queue);

    Delivery raw = harness.take("sqs/raw").getFirst();
    assertThat(body(raw)).isEqualTo("hello \"you\"");
    assertThat(raw.attributes()).containsOnlyKeys("s", "b");

    JsonNode record = json(harness.take("async/f").getFirst()).at("/Records/0");
    assertThat(record.propertyNames())
        .containsExactly("EventSource", "EventVersion", "EventSubscriptionArn", "Sns");
    assertThat(record.path("EventSubscriptionArn").asString()).isEqualTo(function);
    assertThat(record.path("Sns").propertyNames())
        .containsExactly(
            "Type",
            "MessageId",
            "TopicArn",
            "Subject",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertUrl",
            "UnsubscribeUrl",
            "MessageAttributes");
    assertThat(record.at("/Sns/Subject").isNull()).isTrue();
    assertThat(harness.count("a", TopicListener.What.PUBLISHED)).isEqualTo(1);
    assertThat(harness.count("a", TopicListener.What.DELIVERED)).isEqualTo(3);
  }

  @Test
  void signaturesAreVerifiedWithTheCertificate() throws GeneralSecurityException {
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        harness.signer().certificate().getBytes(StandardCharsets.US_ASCII)));
    certificate.checkValidity(Date.from(harness.now()));
    certificate.verify(certificate.getPublicKey());
    harness.queue("q");
    for (String version : List.of("1", "2")) {
      String topic = harness.topic("v" + version, Map.of("SignatureVersion", version));
      harness.subscribe(topic, "sqs", Harness.QUEUE + "q", Map.of());
      for (Optional<String> subject : List.of(Optional.<String>empty(), Optional.of("über"))) {
        harness.publish(with(topic, "a\nb", subject, Optional.empty()));
        JsonNode envelope = json(harness.take("sqs/q").getFirst());
        StringBuilder signed = new StringBuilder();
        for (String name :
            List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")) {
          if (envelope.has(name)) {
            signed.append(name).append('\n').append(envelope.path(name).asString()).append('\n');
          }
        }
        Signature signature =
            Signature.getInstance(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA");
        signature.initVerify(certificate.getPublicKey());
        signature.update(signed.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(envelope.path("SignatureVersion").asString()).isEqualTo(version);
        assertThat(envelope.path("SigningCertURL").asString())
            .endsWith("/_mayfly/sns/" + harness.signer().certificateName());
        assertThat(
                signature.verify(Base64.getDecoder().decode(envelope.path("Signature").asString())))
            .isTrue();
      }
    }
    String before = harness.signer().certificate();
    MessageSigner again =
        new MessageSigner(folder.resolve("sns-key"), new SecureRandom(), harness::now);
    assertThat(again.certificate()).isEqualTo(before);
  }

  @Test
  void eachProtocolGetsItsOwnText() {
    String topic = harness.topic("a", Map.of());
    harness.subscribe(topic, "sqs", harness.queue("q"), Map.of("RawMessageDelivery", "true"));
    harness.subscribe(topic, "lambda", harness.function("f"), Map.of());
    harness.publish(
        with(
            topic,
            "{\"default\":\"d\",\"sqs\":\"s\",\"lambda\":{\"not\":\"text\"}}",
            Optional.empty(),
            Optional.of("json")));
    assertThat(harness.bodies("sqs/q")).containsExactly("s");
    assertThat(json(harness.take("async/f").getFirst()).at("/Records/0/Sns/Message").asString())
        .isEqualTo("d");
  }

  @Test
  void whatIsFilteredOutIsNotToldAndCounted() {
    String topic = harness.topic("a", Map.of());
    harness.subscribe(
        topic,
        "sqs",
        harness.queue("q"),
        Map.of("FilterPolicy", "{\"a\":[\"x\"]}", "RawMessageDelivery", "true"));
    String other =
        harness.subscribe(
            topic,
            "sqs",
            harness.queue("body"),
            Map.of(
                "FilterPolicy", "{\"k\":[1]}",
                "FilterPolicyScope", "MessageBody",
                "RawMessageDelivery", "true"));
    harness.publish(message(topic, "one", Map.of("a", text("x"))));
    harness.publish(message(topic, "{\"k\":1}", Map.of("a", text("y"))));
    assertThat(harness.bodies("sqs/q")).containsExactly("one");
    assertThat(harness.bodies("sqs/body")).containsExactly("{\"k\":1}");
    assertThat(harness.count("a", TopicListener.What.FILTERED)).isEqualTo(2);
    harness.topics.subscriptions().set(other, "FilterPolicy", "{\"k\":[2]}");
    harness.publish(message(topic, "{\"k\":2}", Map.of()));
    assertThat(harness.bodies("sqs/body")).containsExactly("{\"k\":2}");
  }

  @Test
  void whoCannotBeToldIsPassedOverAndHisDeadLetterQueueIsTold() {
    String topic = harness.topic("a", Map.of());
    String dead = "{\"deadLetterTargetArn\":\"%s\"}";
    harness.queue("dead");
    harness.queue("forbidden");
    harness.subscribe(
        topic,
        "sqs",
        Harness.QUEUE + "gone",
        Map.of("RedrivePolicy", dead.formatted(Harness.QUEUE + "dead")));
    harness.subscribe(
        topic,
        "lambda",
        Harness.FUNCTION + "forbidden",
        Map.of("RedrivePolicy", dead.formatted(Harness.QUEUE + "forbidden")));
    harness.subscribe(topic, "lambda", Harness.FUNCTION + "gone", Map.of());
    harness.subscribe(topic, "sqs", harness.queue("q"), Map.of());
    String id = harness.publish(topic, "m").messageId();
    assertThat(harness.take("sqs/q")).hasSize(1);
    Delivery letter = harness.take("sqs/dead").getFirst();
    assertThat(json(letter).path("MessageId").asString()).isEqualTo(id);
    assertThat(letter.attributes()).containsKeys("RequestID", "ErrorCode", "ErrorMessage");
    assertThat(letter.attributes().get("ErrorMessage"))
        .extracting(MessageAttribute::value)
        .isEqualTo("there is no such queue".getBytes(StandardCharsets.UTF_8));
    assertThat(harness.count("a", TopicListener.What.FAILED)).isEqualTo(3);
    assertThat(harness.count("a", TopicListener.What.REDRIVEN)).isEqualTo(1);
    assertThat(harness.count("a", TopicListener.What.REDRIVE_FAILED)).isEqualTo(1);
  }

  @Test
  void aRawMessageWithMoreThanTenAttributesIsADeadLetter() {
    String topic = harness.topic("a", Map.of());
    harness.subscribe(
        topic,
        "sqs",
        harness.queue("q"),
        Map.of(
            "RawMessageDelivery",
            "true",
            "RedrivePolicy",
            "{\"deadLetterTargetArn\":\"%s\"}".formatted(harness.queue("dead"))));
    Map<String, AttributeValue> attributes = new HashMap<>();
    for (int i = 0; i < 11; i++) {
      attributes.put("a" + i, text("x"));
    }
    harness.publish(message(topic, "m", attributes));
    assertThat(harness.take("sqs/q")).isEmpty();
    assertThat(harness.bodies("sqs/dead")).containsExactly("m");
  }

  @Test
  void ofABatchThoseThatAreRightArePublished() {
    String topic = harness.topic("a", Map.of());
    harness.subscribe(topic, "sqs", harness.queue("q"), Map.of("RawMessageDelivery", "true"));
    PublishBatch batch = new PublishBatch(harness.topics);
    PublishBatch.Output output =
        batch.handle(
            new PublishBatch.Input(
                topic,
                List.of(
                    entry("1", "one", Optional.empty()),
                    entry("2", "", Optional.empty()),
                    entry("3", "three", Optional.empty()))),
            CALLER);
    assertThat(output.successful()).extracting(PublishBatch.Done::id).containsExactly("1", "3");
    assertThat(output.failed())
        .extracting(PublishBatch.Failed::id, PublishBatch.Failed::code)
        .containsExactly(tuple("2", "InvalidParameter"));
    assertThat(harness.bodies("sqs/q")).containsExactly("one", "three");
    record Wrong(List<String> ids, String code) {}
    for (Wrong wrong :
        List.of(
            new Wrong(List.of(), "EmptyBatchRequest"),
            new Wrong(List.of("a", "a"), "BatchEntryIdsNotDistinct"),
            new Wrong(List.of("a b"), "InvalidBatchEntryId"),
            new Wrong(List.of(""), "InvalidBatchEntryId"),
            new Wrong(List.of("x".repeat(81)), "InvalidBatchEntryId"),
            new Wrong(
                List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"),
                "TooManyEntriesInBatchRequest"))) {
      refused(
          () ->
              batch.handle(
                  new PublishBatch.Input(
                      topic,
                      wrong.ids().stream().map(id -> entry(id, "m", Optional.empty())).toList()),
                  CALLER),
          wrong.code(),
          "");
    }
    refused(
        () ->
            batch.handle(
                new PublishBatch.Input(
                    topic,
                    List.of(
                        entry("1", "x".repeat(200_000), Optional.empty()),
                        entry("2", "x".repeat(100_000), Optional.empty()))),
                CALLER),
        "BatchRequestTooLong",
        "more than the limit");
  }

  @Test
  void whatWouldBeTooMuchForAllSubscribersTogetherIsRefused() {
    String topic = harness.topic("a", Map.of());
    String fifo = harness.topic("a.fifo", Map.of("MaximumMessageSize", "1048576"));
    harness.queue("q0");
    for (int i = 0; i < 100; i++) {
      harness.subscribe(topic, "sqs", Harness.QUEUE + "q" + i, Map.of());
      harness.subscribe(fifo, "sqs", Harness.QUEUE + "q" + i, Map.of());
    }
    String controls = "\u0001".repeat(256 * 1024);
    refused(() -> harness.publish(topic, controls), "InvalidParameter", "Message too long");
    harness.publish(topic, "x".repeat(256 * 1024));
    assertThat(harness.take("sqs/q0")).hasSize(1);
    refused(
        () -> harness.publish(ordered(fifo, "\u0001".repeat(1024 * 1024), "g", "d")),
        "InvalidParameter",
        "Message too long");
    harness.publish(ordered(fifo, "x".repeat(1000 * 1024), "g", "e"));
    assertThat(harness.take("sqs/q0")).hasSize(1);
    assertThatThrownBy(
            () -> harness.tell(topic, controls.getBytes(StandardCharsets.UTF_8), Optional.empty()))
        .isInstanceOf(UndeliverableException.class);
  }

  @Test
  void topicsAreTargets() {
    String topic = harness.topic("a", Map.of());
    String fifo = harness.topic("a.fifo", Map.of());
    Map<String, String> raw = Map.of("RawMessageDelivery", "true");
    harness.subscribe(topic, "sqs", harness.queue("q"), raw);
    harness.subscribe(fifo, "sqs", harness.queue("q.fifo"), raw);
    byte[] body = "m".getBytes(StandardCharsets.UTF_8);
    harness.tell(topic, body, Optional.empty());
    assertThat(harness.bodies("sqs/q")).containsExactly("m");
    harness.tell(fifo, body, Optional.of("g"));
    List<String> seen = new ArrayList<>();
    Harness.eventually(
        () -> {
          seen.addAll(harness.bodies("sqs/q.fifo"));
          return !seen.isEmpty();
        });
    assertThat(seen).containsExactly("m");
    record Wrong(String arn, byte[] body, String why) {}
    for (Wrong wrong :
        List.of(
            new Wrong(Harness.ARN + "none", body, "there is no such topic"),
            new Wrong(topic + ":x", body, "there is no such topic"),
            new Wrong(fifo, body, "takes no message without a group"),
            new Wrong(topic, new byte[0], "the message would be empty"),
            new Wrong(topic, new byte[256 * 1024 + 1], "more than 262144"))) {
      assertThatThrownBy(() -> harness.tell(wrong.arn(), wrong.body(), Optional.empty()))
          .isInstanceOf(UndeliverableException.class)
          .hasMessageContaining(wrong.why());
    }
  }
}
