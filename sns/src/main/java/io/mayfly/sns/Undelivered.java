package io.mayfly.sns;

import io.mayfly.model.Subscription;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of messages that a subscriber could not be told ("Amazon SNS dead-letter queues").
 */
final class Undelivered {
  /** On whose behalf topics tell others. */
  static final String PRINCIPAL = "sns.amazonaws.com";

  private static final Logger log = LoggerFactory.getLogger(Undelivered.class);
  private static final int LONGEST_REASON = 1024;

  private final TopicArns arns;
  private final Targets targets;
  private final TopicListener listener;

  Undelivered(TopicArns arns, Targets targets, TopicListener listener) {
    this.arns = arns;
    this.targets = targets;
    this.listener = listener;
  }

  /**
   * What is to be written: the message to the subscription's dead-letter queue, if it has one that
   * takes it.
   *
   * @param message as the subscriber would have got it
   * @param id of the message
   * @param code what an HTTP endpoint answered, or a name for what was wrong
   */
  List<Forward> forwards(
      Subscription subscription, Notice message, String id, String code, String why) {
    listener.happened(subscription.topic(), TopicListener.What.FAILED);
    String arn = arns.arn(subscription);
    Optional<String> queue = SubscriptionAttributes.deadLetters(subscription);
    if (queue.isEmpty()) {
      log.warn("{} is not told of message {}: {}", arn, id, why);
      return List.of();
    }
    Map<String, MessageAttribute> attributes = new HashMap<>(message.attributes());
    attributes.put("RequestID", text(id));
    attributes.put("ErrorCode", text(code));
    attributes.put("ErrorMessage", text(why));
    try {
      List<Forward> forwards =
          targets.forward(
              queue.get(),
              new Sender.Service(PRINCIPAL, arns.arn(subscription.topic())),
              new Notice(
                  message.body(),
                  attributes,
                  message.traceId(),
                  message.group(),
                  message.deduplication()));
      log.info("{} is not told of message {}, which is in {}: {}", arn, id, queue.get(), why);
      listener.happened(subscription.topic(), TopicListener.What.REDRIVEN);
      return forwards;
    } catch (UndeliverableException e) {
      log.warn(
          "{} is not told of message {} ({}), and dead-letter queue {} is not given it: {}",
          arn,
          id,
          why,
          queue.get(),
          e.why());
      listener.happened(subscription.topic(), TopicListener.What.REDRIVE_FAILED);
      return List.of();
    }
  }

  private static MessageAttribute text(String value) {
    return new MessageAttribute(
        "String",
        value
            .substring(0, Math.min(value.length(), LONGEST_REASON))
            .getBytes(StandardCharsets.UTF_8));
  }
}
