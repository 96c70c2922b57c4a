package io.mayfly.sns;

import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import io.mayfly.queue.MessageAttribute;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What subscribers are told, in JSON ("Parsing Amazon SNS message formats"). Made for one message,
 * of which each text is signed once.
 */
final class Envelope {
  /** The names of what HTTP endpoints are told. */
  static final String NOTIFICATION = "Notification";

  static final String CONFIRMATION = "SubscriptionConfirmation";

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Topic topic;
  private final String topicArn;
  private final TopicArns arns;
  private final Links links;
  private final MessageSigner signer;
  private final Map<String, String> signatures = new HashMap<>();

  Envelope(Topic topic, TopicArns arns, Links links, MessageSigner signer) {
    this.topic = topic;
    this.topicArn = arns.arn(topic.name());
    this.arns = arns;
    this.links = links;
    this.signer = signer;
  }

  private String signatureVersion() {
    return topic.attributes().getOrDefault(TopicAttributes.SIGNATURE_VERSION, "1");
  }

  /** A message for a queue or an HTTP endpoint. */
  byte[] notification(Published message, Subscription subscription) {
    String text = message.text(subscription.protocol());
    ObjectNode node =
        Documents.empty().put("Type", NOTIFICATION).put("MessageId", message.id().toString());
    message.sequence().ifPresent(number -> node.put("SequenceNumber", number));
    node.put("TopicArn", topicArn);
    message.subject().ifPresent(subject -> node.put("Subject", subject));
    node.put("Message", text).put("Timestamp", TIME.format(message.time()));
    if (!Topic.isFifo(topic.name())) {
      node.put("SignatureVersion", signatureVersion())
          .put("Signature", signature(message, text))
          .put("SigningCertURL", links.certificate(subscription));
    }
    node.put("UnsubscribeURL", links.unsubscribe(subscription));
    if (!message.attributes().isEmpty()) {
      attributes(node.putObject("MessageAttributes"), message.attributes());
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
  }

  /** A message for a function. */
  byte[] event(Published message, Subscription subscription) {
    String text = message.text(subscription.protocol());
    ObjectNode root = Documents.empty();
    ObjectNode sns =
        root.putArray("Records")
            .addObject()
            .put("EventSource", "aws:sns")
            .put("EventVersion", "1.0")
            .put("EventSubscriptionArn", arns.arn(subscription))
            .putObject("Sns");
    sns.put("Type", NOTIFICATION)
        .put("MessageId", message.id().toString())
        .put("TopicArn", topicArn)
        .put("Subject", message.subject().orElse(null))
        .put("Message", text)
        .put("Timestamp", TIME.format(message.time()))
        .put("SignatureVersion", signatureVersion())
        .put("Signature", signature(message, text))
        .put("SigningCertUrl", links.certificate(subscription))
        .put("UnsubscribeUrl", links.unsubscribe(subscription));
    attributes(sns.putObject("MessageAttributes"), message.attributes());
    return JSON.writeValueAsBytes(root);
  }

  /** What asks an HTTP endpoint to confirm a subscription. */
  byte[] confirmation(UUID id, Subscription subscription, Instant now) {
    String text =
        "You have chosen to subscribe to the topic %s.\nTo confirm the subscription, visit the SubscribeURL included in this message."
            .formatted(topicArn);
    String url = links.subscribe(subscription);
    String time = TIME.format(now);
    String signed =
        lines(
            "Message", text,
            "MessageId", id.toString(),
            "SubscribeURL", url,
            "Timestamp", time,
            "Token", subscription.token(),
            "TopicArn", topicArn,
            "Type", CONFIRMATION);
    ObjectNode node =
        Documents.empty()
            .put("Type", CONFIRMATION)
            .put("MessageId", id.toString())
            .put("Token", subscription.token())
            .put("TopicArn", topicArn)
            .put("Message", text)
            .put("SubscribeURL", url)
            .put("Timestamp", time)
            .put("SignatureVersion", signatureVersion())
            .put("Signature", signer.sign(signed, signatureVersion()))
            .put("SigningCertURL", links.certificate(subscription));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
  }

  private String signature(Published message, String text) {
    return signatures.computeIfAbsent(
        text,
        _ -> {
          String start = lines("Message", text, "MessageId", message.id().toString());
          String subject = message.subject().map(each -> lines("Subject", each)).orElse("");
          String end =
              lines(
                  "Timestamp", TIME.format(message.time()),
                  "TopicArn", topicArn,
                  "Type", NOTIFICATION);
          return signer.sign(start + subject + end, signatureVersion());
        });
  }

  /** What is signed: names and values, each on a line of its own. */
  private static String lines(String... namesAndValues) {
    return String.join("\n", namesAndValues) + "\n";
  }

  private static void attributes(ObjectNode node, Map<String, MessageAttribute> attributes) {
    attributes.forEach(
        (name, attribute) ->
            node.putObject(name)
                .put("Type", attribute.type())
                .put(
                    "Value",
                    attribute.binary()
                        ? Base64.getEncoder().encodeToString(attribute.value())
                        : new String(attribute.value(), StandardCharsets.UTF_8)));
  }
}
