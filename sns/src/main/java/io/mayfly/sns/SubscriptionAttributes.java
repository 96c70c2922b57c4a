package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The attributes of subscriptions that their owner may set, and what they show. */
final class SubscriptionAttributes {
  static final String FILTER = "FilterPolicy";
  static final String FILTER_SCOPE = "FilterPolicyScope";
  static final String RAW = "RawMessageDelivery";
  static final String REDRIVE = "RedrivePolicy";
  static final String DELIVERY = "DeliveryPolicy";

  private static final String TARGET = "deadLetterTargetArn";
  private static final String OF_BODY = "MessageBody";
  private static final String OF_ATTRIBUTES = "MessageAttributes";

  private SubscriptionAttributes() {}

  /** What is known of a subscription whose attributes are to be set. */
  record Subject(String topic, String protocol, String endpoint) {
    boolean http() {
      return isHttp(protocol);
    }
  }

  static boolean isHttp(String protocol) {
    return protocol.equals("http") || protocol.equals("https");
  }

  /**
   * The attributes of a subscription once some are set.
   *
   * @param refusal what stands in front of an attribute's name if it cannot be set so
   * @throws AwsException if one cannot be set, or its value is none
   */
  static Map<String, String> set(
      Map<String, String> before, Map<String, String> given, Subject subject, String refusal) {
    Map<String, String> after = new HashMap<>(before);
    given.forEach(
        (name, value) -> {
          check(name, value, subject, refusal);
          if (value.isEmpty()) {
            after.remove(name);
          } else {
            after.put(name, name.equals(RAW) ? value.toLowerCase(Locale.ROOT) : value);
          }
        });
    boolean changed = given.containsKey(FILTER) || given.containsKey(FILTER_SCOPE);
    String policy = after.getOrDefault(FILTER, "");
    if (changed && !policy.isEmpty()) {
      var _ = FilterPolicy.compile(policy, ofBody(after), refusal);
    }
    return after;
  }

  private static void check(String name, String value, Subject subject, String refusal) {
    switch (name) {
      // Checked together, when all are known.
      case FILTER -> {}
      case FILTER_SCOPE -> {
        if (!value.equals(OF_BODY) && !value.equals(OF_ATTRIBUTES)) {
          throw SnsErrors.invalid(
              "%sFilterPolicyScope: Invalid value [%s]. Please use either MessageBody or MessageAttributes"
                  .formatted(refusal, SnsErrors.shown(value)));
        }
      }
      case RAW -> checkRaw(value, subject, refusal);
      case REDRIVE -> {
        if (!value.isEmpty()) {
          checkRedrive(value, subject, refusal);
        }
      }
      case DELIVERY -> {
        if (!value.isEmpty() && !subject.http()) {
          throw SnsErrors.invalid(
              refusal + "DeliveryPolicy: only HTTP and HTTPS endpoints can have one");
        }
        if (!value.isEmpty()) {
          DeliveryPolicy.checkSubscriptions(value, refusal);
        }
      }
      case "SubscriptionRoleArn" ->
          throw SnsErrors.invalid(
              refusal + "SubscriptionRoleArn: only firehose needs one, which Mayfly has not yet");
      case "ReplayPolicy" ->
          throw SnsErrors.invalid(
              refusal + "ReplayPolicy: Mayfly does not archive messages yet; leave it out");
      default -> throw SnsErrors.invalid(refusal + "AttributeName");
    }
  }

  private static void checkRaw(String value, Subject subject, String refusal) {
    if (!TopicAttributes.isTruth(value)) {
      throw SnsErrors.invalid(
          "%sRawMessageDelivery: Invalid value [%s]. Must be true or false."
              .formatted(refusal, SnsErrors.shown(value)));
    }
    if (value.equalsIgnoreCase("true") && subject.protocol().equals("lambda")) {
      throw SnsErrors.invalid(
          refusal
              + "RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.");
    }
  }

  private static void checkRedrive(String value, Subject subject, String refusal) {
    ObjectNode policy =
        Documents.object(value)
            .orElseThrow(() -> SnsErrors.invalid(refusal + "RedrivePolicy: failed to parse JSON."));
    if (policy.size() != 1 || !policy.path(TARGET).isString()) {
      throw SnsErrors.invalid(
          refusal + "RedrivePolicy: it must have deadLetterTargetArn and nothing else");
    }
    String target = policy.path(TARGET).asString();
    if (!target.matches("arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,80}")) {
      throw SnsErrors.invalid(refusal + "RedrivePolicy: deadLetterTargetArn is an invalid arn");
    }
    if (Topic.isFifo(subject.endpoint()) != Topic.isFifo(target)) {
      throw SnsErrors.invalid(
          refusal
              + "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic, and a standard queue for any other.");
    }
  }

  /** Whether the filter policy is about messages' bodies. */
  static boolean ofBody(Map<String, String> attributes) {
    return OF_BODY.equals(attributes.get(FILTER_SCOPE));
  }

  static boolean isRaw(Subscription subscription) {
    return "true".equals(subscription.attributes().get(RAW));
  }

  /** The queue for what cannot be delivered. */
  static Optional<String> deadLetters(Subscription subscription) {
    return Optional.ofNullable(subscription.attributes().get(REDRIVE))
        .flatMap(Documents::object)
        .map(policy -> policy.path(TARGET).asString(""));
  }

  /** Every attribute that a subscription shows. */
  static Map<String, String> effective(Subscription subscription, Topic topic, TopicArns arns) {
    Map<String, String> all = new HashMap<>();
    all.put("SubscriptionArn", arns.arn(subscription));
    all.put("TopicArn", arns.arn(subscription.topic()));
    all.put("Owner", arns.account().id());
    all.put("Protocol", subscription.protocol());
    all.put("Endpoint", subscription.endpoint());
    all.put("SubscriptionPrincipal", subscription.principal());
    boolean pending = subscription.state() == Subscription.State.PENDING;
    all.put("PendingConfirmation", Boolean.toString(pending));
    all.put(
        "ConfirmationWasAuthenticated",
        Boolean.toString(
            subscription.state() == Subscription.State.AUTHENTICATED
                || subscription.state() == Subscription.State.LOCKED));
    all.put(RAW, "false");
    all.putAll(subscription.attributes());
    if (!all.containsKey(FILTER)) {
      all.remove(FILTER_SCOPE);
    } else {
      all.putIfAbsent(FILTER_SCOPE, OF_ATTRIBUTES);
    }
    if (isHttp(subscription.protocol())) {
      all.put(
          "EffectiveDeliveryPolicy",
          DeliveryPolicy.of(topic.attributes(), subscription.attributes()).text());
    }
    return all;
  }

  /** Whether a subscription that is there has what a request to make it says. */
  static boolean agree(
      Subscription subscription, Map<String, String> given, Topic topic, TopicArns arns) {
    Map<String, String> has = effective(subscription, topic, arns);
    return given.entrySet().stream()
        .allMatch(
            each ->
                Documents.same(
                    has.getOrDefault(
                        each.getKey(), each.getKey().equals(FILTER_SCOPE) ? OF_ATTRIBUTES : ""),
                    each.getKey().equals(RAW)
                        ? each.getValue().toLowerCase(Locale.ROOT)
                        : each.getValue()));
  }
}
