package io.mayfly.sqs;

import static java.util.Map.entry;

import io.mayfly.aws.AwsException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The attributes of queues that their owner may set: which there are, their values, defaults. */
final class QueueAttributes {
  static final String VISIBILITY_TIMEOUT = "VisibilityTimeout";
  static final String DELAY = "DelaySeconds";
  static final String MAXIMUM_SIZE = "MaximumMessageSize";
  static final String RETENTION = "MessageRetentionPeriod";
  static final String WAIT = "ReceiveMessageWaitTimeSeconds";
  static final String POLICY = "Policy";
  static final String REDRIVE = "RedrivePolicy";
  static final String REDRIVE_ALLOW = "RedriveAllowPolicy";
  static final String FIFO = "FifoQueue";
  static final String CONTENT_BASED = "ContentBasedDeduplication";
  static final String SCOPE = "DeduplicationScope";
  static final String THROUGHPUT = "FifoThroughputLimit";
  static final String KMS_KEY = "KmsMasterKeyId";
  static final String KMS_REUSE = "KmsDataKeyReusePeriodSeconds";
  static final String MANAGED_SSE = "SqsManagedSseEnabled";

  /** The largest message and the largest batch, attributes included: 1 MiB. */
  static final int MOST_BYTES = 1024 * 1024;

  private static final String PER_GROUP = "perMessageGroupId";
  private static final String BY_GROUP = "messageGroup";

  /** Whether a value is one. */
  private static final Map<String, Predicate<String>> RULES =
      Map.ofEntries(
          entry(VISIBILITY_TIMEOUT, whole(0, Ranges.LONGEST_VISIBILITY)),
          entry(DELAY, whole(0, Ranges.LONGEST_DELAY)),
          entry(MAXIMUM_SIZE, whole(1024, MOST_BYTES)),
          entry(RETENTION, whole(60, 1_209_600)),
          entry(WAIT, whole(0, Ranges.LONGEST_WAIT)),
          entry(KMS_REUSE, whole(60, 86_400)),
          entry(KMS_KEY, value -> value.length() <= 2048),
          entry(MANAGED_SSE, QueueAttributes::isTruth),
          entry(FIFO, QueueAttributes::isTruth),
          entry(CONTENT_BASED, QueueAttributes::isTruth),
          entry(SCOPE, Set.of("queue", BY_GROUP)::contains),
          entry(THROUGHPUT, Set.of("perQueue", PER_GROUP)::contains),
          // These are documents, which are checked by what reads them.
          entry(POLICY, value -> true),
          entry(REDRIVE, value -> true),
          entry(REDRIVE_ALLOW, value -> true));

  private static final Map<String, String> DEFAULTS =
      Map.of(
          VISIBILITY_TIMEOUT, "30",
          DELAY, "0",
          MAXIMUM_SIZE, Integer.toString(MOST_BYTES),
          RETENTION, "345600",
          WAIT, "0");

  private static final Map<String, String> FIFO_DEFAULTS =
      Map.of(CONTENT_BASED, "false", SCOPE, "queue", THROUGHPUT, "perQueue");

  private static final Set<String> OF_FIFO = Set.of(FIFO, CONTENT_BASED, SCOPE, THROUGHPUT);

  /** What an empty text takes away. */
  private static final Set<String> REMOVABLE = Set.of(POLICY, REDRIVE, REDRIVE_ALLOW, KMS_KEY);

  private QueueAttributes() {}

  private static Predicate<String> whole(int least, int most) {
    return value -> {
      // Longer ones are out of every range, and the largest int has ten digits.
      if (value.isEmpty()
          || value.length() > 9
          || !value.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
        return false;
      }
      int number = Integer.parseInt(value);
      return number >= least && number <= most;
    };
  }

  private static boolean isTruth(String value) {
    return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
  }

  /**
   * The attributes of a queue once some are set.
   *
   * @throws AwsException if one cannot be set, its value is none, or they do not fit together
   */
  static Map<String, String> set(
      Map<String, String> before, Map<String, String> given, boolean fifo) {
    Map<String, String> after = new HashMap<>(before);
    given.forEach(
        (name, value) -> {
          Predicate<String> rule = RULES.get(name);
          if (rule == null || (OF_FIFO.contains(name) && !fifo)) {
            throw SqsErrors.unknownAttribute(name);
          }
          if (value.isEmpty() && REMOVABLE.contains(name)) {
            after.remove(name);
          } else if (rule.test(value)) {
            after.put(name, isTruth(value) ? value.toLowerCase(Locale.ROOT) : value);
          } else {
            throw SqsErrors.invalidAttribute(name);
          }
        });
    if (PER_GROUP.equals(after.get(THROUGHPUT)) && !BY_GROUP.equals(after.get(SCOPE))) {
      throw SqsErrors.invalidAttribute(
          THROUGHPUT,
          "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.");
    }
    encryption(after, given);
    return after;
  }

  /** Of the two kinds of encryption the one that was set last holds; both at once cannot be. */
  private static void encryption(Map<String, String> after, Map<String, String> given) {
    if (after.containsKey(KMS_KEY) && "true".equals(after.get(MANAGED_SSE))) {
      if (given.containsKey(KMS_KEY) == given.containsKey(MANAGED_SSE)) {
        throw SqsErrors.invalidAttribute(
            MANAGED_SSE,
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.");
      }
      after.remove(given.containsKey(KMS_KEY) ? MANAGED_SSE : KMS_KEY);
    }
  }

  /** Every attribute that has a value, set or not. */
  static Map<String, String> effective(Map<String, String> set, boolean fifo) {
    Map<String, String> all = new HashMap<>(DEFAULTS);
    if (fifo) {
      all.putAll(FIFO_DEFAULTS);
    }
    if (set.containsKey(KMS_KEY)) {
      all.put(KMS_REUSE, "300");
    }
    all.put(MANAGED_SSE, Boolean.toString(!set.containsKey(KMS_KEY)));
    all.putAll(set);
    return Map.copyOf(all);
  }

  /**
   * The first of some attributes that a queue has otherwise.
   *
   * @param set what they are set to
   */
  static Optional<String> different(
      Map<String, String> effective, Set<String> names, Map<String, String> set) {
    return names.stream()
        .filter(name -> !same(name, set.getOrDefault(name, ""), effective.getOrDefault(name, "")))
        .sorted()
        .findFirst();
  }

  private static boolean same(String name, String one, String other) {
    boolean policies = name.equals(REDRIVE) && !one.isEmpty() && !other.isEmpty();
    return policies
        ? RedrivePolicy.parse(one).equals(RedrivePolicy.parse(other))
        : Documents.same(one, other);
  }
}
