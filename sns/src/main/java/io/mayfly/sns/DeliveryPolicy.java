package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How messages are delivered to an HTTP endpoint ("Creating an HTTP/S delivery policy").
 *
 * @param perSecond how many at most; empty for no bound
 */
record DeliveryPolicy(Retries retries, Optional<Integer> perSecond, String contentType) {
  static final String STANDARD_TYPE = "text/plain; charset=UTF-8";

  private static final String RETRY = "ealthyRetryPolicy";
  private static final int MOST_RETRIES = 100;
  private static final int LONGEST_DELAY = 3600;
  private static final Set<String> TYPES =
      Set.of(
          "application/atom+xml",
          "application/json",
          "application/octet-stream",
          "application/soap+xml",
          "application/x-www-form-urlencoded",
          "application/xhtml+xml",
          "application/xml",
          "text/css",
          "text/csv",
          "text/html",
          "text/plain",
          "text/xml");

  /** Checks one that is to be set, and throws with the words in front of what is wrong. */
  private record Reader(String refusal) {
    AwsException refused(String what) {
      return SnsErrors.invalid(refusal + "DeliveryPolicy: " + what);
    }

    ObjectNode object(String text) {
      return Documents.object(text).orElseThrow(() -> refused("failed to parse JSON."));
    }

    void checkMembers(JsonNode node, String place, Set<String> known) {
      if (!node.isObject()) {
        throw refused(place + " must be an object");
      }
      for (String name : node.propertyNames()) {
        if (!known.contains(name)) {
          throw refused("Unexpected JSON member: " + SnsErrors.shown(name));
        }
      }
    }

    /** A part that may be absent or null, which are the same. */
    Optional<JsonNode> part(JsonNode node, String place, String name, Set<String> known) {
      JsonNode part = node.path(name);
      if (part.isMissingNode() || part.isNull()) {
        return Optional.empty();
      }
      checkMembers(part, place + name, known);
      return Optional.of(part);
    }

    int number(JsonNode node, String place, String name, int standard, int least, int most) {
      JsonNode value = node.path(name);
      if (value.isMissingNode() || value.isNull()) {
        return standard;
      }
      if (!value.isIntegralNumber()) {
        throw refused(place + "." + name + " must be an integer");
      }
      if (value.asDouble() < least) {
        throw refused(place + "." + name + " must be greater than or equal to " + least);
      }
      if (value.asDouble() > most) {
        throw refused(place + "." + name + " must be less than or equal to " + most);
      }
      return value.asInt();
    }

    Retries retries(JsonNode node, String place) {
      int all = number(node, place, "numRetries", Retries.STANDARD.all(), 0, MOST_RETRIES);
      int least = number(node, place, "minDelayTarget", Retries.STANDARD.least(), 1, LONGEST_DELAY);
      int longest =
          number(
              node,
              place,
              "maxDelayTarget",
              Math.max(least, Retries.STANDARD.longest()),
              1,
              LONGEST_DELAY);
      if (least > longest) {
        throw refused(place + ".maxDelayTarget must be greater than or equal to minDelayTarget");
      }
      int atOnce = number(node, place, "numNoDelayRetries", 0, 0, MOST_RETRIES);
      int early = number(node, place, "numMinDelayRetries", 0, 0, MOST_RETRIES);
      int late = number(node, place, "numMaxDelayRetries", 0, 0, MOST_RETRIES);
      if (atOnce + early + late > all) {
        throw refused(
            place + ".numRetries must be greater than or equal to the sum of the other retries");
      }
      Retries retries = new Retries(least, longest, all, atOnce, early, late, growth(node, place));
      if (!retries.withinAnHour()) {
        throw refused(place + ": all retries together must not take longer than 3600 seconds");
      }
      return retries;
    }

    Retries.Growth growth(JsonNode node, String place) {
      JsonNode function = node.path("backoffFunction");
      if (function.isMissingNode() || function.isNull()) {
        return Retries.Growth.LINEAR;
      }
      for (Retries.Growth growth : Retries.Growth.values()) {
        if (function.isString()
            && growth.name().toLowerCase(Locale.ROOT).equals(function.asString())) {
          return growth;
        }
      }
      throw refused(
          place + ".backoffFunction must be one of linear, arithmetic, geometric, exponential");
    }

    String type(JsonNode node, String place) {
      JsonNode value = node.path("headerContentType");
      if (value.isMissingNode() || value.isNull()) {
        return STANDARD_TYPE;
      }
      String type = value.asString("");
      if (!TYPES.contains(type) && !TYPES.contains(type.replaceFirst("; ?charset=UTF-8$", ""))) {
        throw refused(place + ".headerContentType must be one of " + String.join(", ", TYPES));
      }
      return type;
    }

    /**
     * Reads the parts.
     *
     * @param topics whether they are a topic's, which have other names
     */
    DeliveryPolicy policy(JsonNode node, String place, boolean topics) {
      String retry = topics ? "defaultH" + RETRY : "h" + RETRY;
      String throttle = topics ? "defaultThrottlePolicy" : "throttlePolicy";
      String request = topics ? "defaultRequestPolicy" : "requestPolicy";
      Optional<JsonNode> retries =
          part(
              node,
              place,
              retry,
              Set.of(
                  "minDelayTarget",
                  "maxDelayTarget",
                  "numRetries",
                  "numNoDelayRetries",
                  "numMinDelayRetries",
                  "numMaxDelayRetries",
                  "backoffFunction"));
      Optional<JsonNode> bound = part(node, place, throttle, Set.of("maxReceivesPerSecond"));
      Optional<JsonNode> type = part(node, place, request, Set.of("headerContentType"));
      return new DeliveryPolicy(
          retries.map(each -> retries(each, place + retry)).orElse(Retries.STANDARD),
          bound
              .map(
                  each ->
                      number(
                          each,
                          place + throttle,
                          "maxReceivesPerSecond",
                          0,
                          each.has("maxReceivesPerSecond") ? 1 : 0,
                          Integer.MAX_VALUE))
              .filter(most -> most > 0),
          type.map(each -> type(each, place + request)).orElse(STANDARD_TYPE));
    }
  }

  /** A topic's: what holds for its subscriptions, and whether they may have others. */
  private record OfTopic(DeliveryPolicy policy, boolean fixed) {}

  private static OfTopic topics(String text, Reader reader) {
    ObjectNode root = reader.object(text);
    reader.checkMembers(root, "", Set.of("http"));
    Optional<JsonNode> http =
        reader.part(
            root,
            "",
            "http",
            Set.of(
                "defaultHealthyRetryPolicy",
                "defaultSicklyRetryPolicy",
                "disableSubscriptionOverrides",
                "defaultThrottlePolicy",
                "defaultRequestPolicy"));
    http.ifPresent(
        node -> {
          if (!node.path("defaultSicklyRetryPolicy").isMissingNode()
              && !node.path("defaultSicklyRetryPolicy").isNull()) {
            throw reader.refused("http.defaultSicklyRetryPolicy must be null");
          }
        });
    return new OfTopic(
        http.map(node -> reader.policy(node, "http.", true)).orElseGet(DeliveryPolicy::standard),
        http.map(node -> node.path("disableSubscriptionOverrides").asBoolean(false)).orElse(false));
  }

  private static DeliveryPolicy subscriptions(String text, Reader reader) {
    ObjectNode root = reader.object(text);
    reader.checkMembers(
        root,
        "",
        Set.of("healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy"));
    if (!root.path("sicklyRetryPolicy").isMissingNode()
        && !root.path("sicklyRetryPolicy").isNull()) {
      throw reader.refused("sicklyRetryPolicy must be null");
    }
    return reader.policy(root, "", false);
  }

  static DeliveryPolicy standard() {
    return new DeliveryPolicy(Retries.STANDARD, Optional.empty(), STANDARD_TYPE);
  }

  /**
   * Passes what a topic may have.
   *
   * @param refusal what stands in front of the reason if it may not
   */
  static void checkTopics(String text, String refusal) {
    var _ = topics(text, new Reader(refusal));
  }

  /** Passes what a subscription may have. */
  static void checkSubscriptions(String text, String refusal) {
    var _ = subscriptions(text, new Reader(refusal));
  }

  /** What holds for a subscription: its own if it has one and may, otherwise its topic's. */
  static DeliveryPolicy of(Map<String, String> topic, Map<String, String> subscription) {
    Reader reader = new Reader("");
    Optional<OfTopic> ofTopic =
        Optional.ofNullable(topic.get(TopicAttributes.DELIVERY)).map(text -> topics(text, reader));
    Optional<String> own =
        Optional.ofNullable(subscription.get(SubscriptionAttributes.DELIVERY))
            .filter(_ -> ofTopic.filter(OfTopic::fixed).isEmpty());
    return own.map(text -> subscriptions(text, reader))
        .or(() -> ofTopic.map(OfTopic::policy))
        .orElseGet(DeliveryPolicy::standard);
  }

  /** As a subscription shows it. */
  String text() {
    ObjectNode node = Documents.empty();
    write(node.putObject("healthyRetryPolicy"));
    node.putNull("sicklyRetryPolicy");
    perSecond.ifPresentOrElse(
        most -> node.putObject("throttlePolicy").put("maxReceivesPerSecond", most),
        () -> node.putNull("throttlePolicy"));
    node.putObject("requestPolicy").put("headerContentType", contentType);
    return node.put("guaranteed", false).toString();
  }

  /** What holds for a topic's subscriptions that have none of their own, as the topic shows it. */
  static String effective(Map<String, String> topic) {
    Reader reader = new Reader("");
    OfTopic of =
        Optional.ofNullable(topic.get(TopicAttributes.DELIVERY))
            .map(text -> topics(text, reader))
            .orElseGet(() -> new OfTopic(standard(), false));
    ObjectNode root = Documents.empty();
    ObjectNode node = root.putObject("http");
    of.policy().write(node.putObject("defaultHealthyRetryPolicy"));
    node.put("disableSubscriptionOverrides", of.fixed());
    of.policy()
        .perSecond()
        .ifPresent(
            most -> node.putObject("defaultThrottlePolicy").put("maxReceivesPerSecond", most));
    node.putObject("defaultRequestPolicy").put("headerContentType", of.policy().contentType());
    return root.toString();
  }

  private void write(ObjectNode node) {
    node.put("minDelayTarget", retries.least())
        .put("maxDelayTarget", retries.longest())
        .put("numRetries", retries.all())
        .put("numMaxDelayRetries", retries.late())
        .put("numNoDelayRetries", retries.atOnce())
        .put("numMinDelayRetries", retries.early())
        .put("backoffFunction", retries.growth().name().toLowerCase(Locale.ROOT));
  }
}
