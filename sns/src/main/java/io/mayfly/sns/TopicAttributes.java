package io.mayfly.sns;

import static java.util.Map.entry;

import io.mayfly.model.Topic;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The attributes of topics that their owner may set: which there are, their values, defaults. */
final class TopicAttributes {
  static final String DISPLAY_NAME = "DisplayName";
  static final String POLICY = "Policy";
  static final String DELIVERY = "DeliveryPolicy";
  static final String FIFO = "FifoTopic";
  static final String CONTENT_BASED = "ContentBasedDeduplication";
  static final String SCOPE = "FifoThroughputScope";
  static final String SIGNATURE_VERSION = "SignatureVersion";
  static final String TRACING = "TracingConfig";
  static final String KMS_KEY = "KmsMasterKeyId";
  static final String MAXIMUM_SIZE = "MaximumMessageSize";
  static final String ARCHIVE = "ArchivePolicy";

  /** The largest message of a topic that does not say otherwise: 256 KiB. */
  static final int STANDARD_BYTES = 256 * 1024;

  private static final int LEAST_BYTES = 1024;
  private static final int MOST_BYTES = 1024 * 1024;
  private static final int LONGEST_DISPLAY_NAME = 100;
  private static final int LONGEST_KEY = 2048;
  private static final int LONGEST_POLICY = 30 * 1024;

  /** Whether a value is one. */
  private static final Map<String, Predicate<String>> RULES =
      Map.ofEntries(
          entry(DISPLAY_NAME, value -> value.length() <= LONGEST_DISPLAY_NAME),
          entry(POLICY, value -> value.length() <= LONGEST_POLICY),
          // A document, which is checked by what reads it.
          entry(DELIVERY, value -> true),
          entry(FIFO, TopicAttributes::isTruth),
          entry(CONTENT_BASED, TopicAttributes::isTruth),
          entry(SCOPE, Set.of("Topic", "MessageGroup")::contains),
          entry(SIGNATURE_VERSION, Set.of("1", "2")::contains),
          entry(TRACING, "PassThrough"::equals),
          entry(KMS_KEY, value -> value.length() <= LONGEST_KEY),
          entry(MAXIMUM_SIZE, TopicAttributes::isSize));

  private static final Set<String> OF_FIFO = Set.of(FIFO, CONTENT_BASED, SCOPE);

  /** What an empty text takes away. */
  private static final Set<String> REMOVABLE = Set.of(DISPLAY_NAME, POLICY, DELIVERY, KMS_KEY);

  private TopicAttributes() {}

  static boolean isTruth(String value) {
    return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
  }

  private static boolean isSize(String value) {
    if (!value.matches("[0-9]{1,7}")) {
      return false;
    }
    int bytes = Integer.parseInt(value);
    return bytes >= LEAST_BYTES && bytes <= MOST_BYTES;
  }

  /**
   * The attributes of a topic once some are set.
   *
   * @param refusal what stands in front of an attribute's name if it cannot be set so
   * @throws io.mayfly.aws.AwsException if one cannot be set, or its value is none
   */
  static Map<String, String> set(
      Map<String, String> before, Map<String, String> given, boolean fifo, String refusal) {
    Map<String, String> after = new HashMap<>(before);
    given.forEach(
        (name, value) -> {
          Predicate<String> rule = RULES.get(name);
          if (rule == null || (OF_FIFO.contains(name) && !fifo && !isNoFifo(name, value))) {
            throw SnsErrors.invalid(refusal + reason(name));
          }
          if (value.isEmpty() && REMOVABLE.contains(name)) {
            after.remove(name);
          } else if (!rule.test(value)) {
            throw SnsErrors.invalid(refusal + wrong(name, value));
          } else if (fifo || !OF_FIFO.contains(name)) {
            after.put(name, isTruth(value) ? value.toLowerCase(Locale.ROOT) : value);
          }
        });
    Optional.ofNullable(given.get(DELIVERY))
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> DeliveryPolicy.checkTopics(text, refusal));
    return after;
  }

  private static boolean isNoFifo(String name, String value) {
    return name.equals(FIFO) && value.equalsIgnoreCase("false");
  }

  /** Why there is no such attribute. */
  private static String reason(String name) {
    if (name.equals(ARCHIVE) || name.contains("Feedback")) {
      return "%s is not supported yet by Mayfly; leave it out".formatted(SnsErrors.shown(name));
    }
    return OF_FIFO.contains(name)
        ? name + " is only for FIFO topics"
        : "AttributeName: Unknown attribute " + SnsErrors.shown(name);
  }

  private static String wrong(String name, String value) {
    if (name.equals(TRACING) && value.equals("Active")) {
      return "TracingConfig: Active is not supported yet by Mayfly; give PassThrough";
    }
    return "%s: Invalid value [%s]".formatted(name, SnsErrors.shown(value));
  }

  /** Every attribute that a topic shows. */
  static Map<String, String> effective(Topic topic, TopicArns arns) {
    String arn = arns.arn(topic.name());
    Map<String, String> all = new HashMap<>();
    all.put("TopicArn", arn);
    all.put("Owner", arns.account().id());
    all.put(DISPLAY_NAME, "");
    all.put(POLICY, TopicPolicy.standard(arn, arns.account().id()).text());
    all.put("EffectiveDeliveryPolicy", DeliveryPolicy.effective(topic.attributes()));
    if (Topic.isFifo(topic.name())) {
      all.put(FIFO, "true");
      all.put(CONTENT_BASED, "false");
    }
    all.putAll(topic.attributes());
    return all;
  }

  /** Whether a topic that is there has what a request to make it says. */
  static boolean agree(Topic topic, Map<String, String> given, TopicArns arns) {
    Map<String, String> has = effective(topic, arns);
    return given.entrySet().stream()
        .allMatch(
            each ->
                isNoFifo(each.getKey(), each.getValue())
                    || Documents.same(
                        has.getOrDefault(each.getKey(), ""),
                        isTruth(each.getValue())
                            ? each.getValue().toLowerCase(Locale.ROOT)
                            : each.getValue()));
  }

  /** The largest message, with its attributes, in bytes. */
  static int mostBytes(Topic topic) {
    return Integer.parseInt(
        topic.attributes().getOrDefault(MAXIMUM_SIZE, Integer.toString(STANDARD_BYTES)));
  }

  static boolean contentBased(Topic topic) {
    return "true".equals(topic.attributes().get(CONTENT_BASED));
  }

  /** Whether deduplication ids are told apart by group. */
  static boolean scopeIsGroup(Topic topic) {
    return "MessageGroup".equals(topic.attributes().get(SCOPE));
  }
}
