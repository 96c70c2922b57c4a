package io.mayfly.sns;

import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import io.mayfly.triggers.UndeliverableException;
import io.mayfly.triggers.UndeliverableException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is to be written, and where, when a message is published. Safe for use by many threads. */
final class FanOut {
  /** How many attributes SQS takes; a raw message has those of the one that was published. */
  private static final int MOST_RAW_ATTRIBUTES = 10;

  /** What stands around a text: ids, addresses, a signature. */
  private static final int ENVELOPE_BYTES = 2048;

  private final TopicCatalog catalog;
  private final Targets targets;
  private final HttpDeliveries http;
  private final Undelivered undelivered;
  private final Links links;
  private final MessageSigner signer;
  private final TopicListener listener;
  private final Map<String, Compiled> filters = new ConcurrentHashMap<>();

  /** A filter policy, with what it was made of. */
  private record Compiled(String text, boolean body, FilterPolicy policy) {}

  FanOut(
      TopicCatalog catalog,
      Targets targets,
      HttpDeliveries http,
      Undelivered undelivered,
      Links links,
      MessageSigner signer,
      TopicListener listener) {
    this.catalog = catalog;
    this.targets = targets;
    this.http = http;
    this.undelivered = undelivered;
    this.links = links;
    this.signer = signer;
    this.listener = listener;
  }

  /** Forgets what it keeps of a subscription that is gone. */
  void forget(Subscription subscription) {
    filters.remove(subscription.id());
  }

  /** How many bytes a message may have for all subscribers together, about. */
  long bytes(Topic topic, Published message) {
    return catalog.subscriptions(topic.name()).size() * (message.bytes() + (long) ENVELOPE_BYTES);
  }

  /** The messages for all subscribers of a topic, and for the dead-letter queues of others. */
  List<Forward> forwards(Topic topic, Published message) {
    List<Forward> forwards = new ArrayList<>();
    Envelope envelope = new Envelope(topic, catalog.arns(), links, signer);
    for (Subscription subscription : catalog.subscriptions(topic.name())) {
      if (subscription.state() == Subscription.State.PENDING) {
        continue;
      }
      if (matches(subscription, message)) {
        forwards.addAll(forwards(subscription, message, envelope));
      } else {
        listener.happened(topic.name(), TopicListener.What.FILTERED);
      }
    }
    return forwards;
  }

  private boolean matches(Subscription subscription, Published message) {
    String text = subscription.attributes().get(SubscriptionAttributes.FILTER);
    if (text == null) {
      return true;
    }
    boolean body = SubscriptionAttributes.ofBody(subscription.attributes());
    Compiled compiled = filters.get(subscription.id());
    if (compiled == null || compiled.body() != body || !compiled.text().equals(text)) {
      compiled = new Compiled(text, body, FilterPolicy.compile(text, body, ""));
      filters.put(subscription.id(), compiled);
    }
    return compiled.policy().matches(message.text(subscription.protocol()), message.attributes());
  }

  private List<Forward> forwards(Subscription subscription, Published message, Envelope envelope) {
    boolean raw = SubscriptionAttributes.isRaw(subscription);
    byte[] body =
        switch (subscription.protocol()) {
          case "lambda" -> envelope.event(message, subscription);
          default ->
              raw
                  ? message.text(subscription.protocol()).getBytes(StandardCharsets.UTF_8)
                  : envelope.notification(message, subscription);
        };
    if (SubscriptionAttributes.isHttp(subscription.protocol())) {
      return http.notification(subscription, message, body, raw);
    }
    boolean queue = subscription.protocol().equals("sqs");
    Map<String, MessageAttribute> attributes = queue && raw ? message.attributes() : Map.of();
    Notice notice =
        new Notice(body, attributes, message.traceId(), message.group(), message.deduplication());
    try {
      if (attributes.size() > MOST_RAW_ATTRIBUTES) {
        throw new UndeliverableException(
            Reason.INVALID_PARAMETER,
            "it has %d attributes, and a raw message for SQS has at most %d"
                .formatted(attributes.size(), MOST_RAW_ATTRIBUTES));
      }
      List<Forward> forwards =
          targets.forward(
              subscription.endpoint(),
              new Sender.Service(Undelivered.PRINCIPAL, catalog.arns().arn(subscription.topic())),
              notice);
      listener.happened(subscription.topic(), TopicListener.What.DELIVERED);
      return forwards;
    } catch (UndeliverableException e) {
      return undelivered.forwards(
          subscription,
          attributes.size() > MOST_RAW_ATTRIBUTES
              ? Notice.of(body, Map.of(), message.traceId())
              : notice,
          message.id().toString(),
          e.reason().name(),
          e.why());
    }
  }
}
