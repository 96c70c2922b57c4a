package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.model.FunctionReference;
import io.mayfly.model.Subscription;
import io.mayfly.model.Subscription.State;
import io.mayfly.model.Topic;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Makes, confirms and ends subscriptions. Safe for use by many threads. */
final class Subscriptions {
  /**
   * The most of one topic. SNS has 12,500,000; here whatever is written for one message is written
   * in one transaction.
   */
  static final int MOST_OF_TOPIC = 1000;

  /** The most of a FIFO topic, and of one that takes messages of more than 256 KiB. */
  static final int FEW = 100;

  private static final int MOST_FILTERS_OF_TOPIC = 200;
  private static final int MOST_FILTERS = 10_000;
  private static final int TOKEN_BYTES = 32;
  private static final int LONGEST_ENDPOINT = 2048;

  /** How long a token confirms. */
  private static final Duration PATIENCE = Duration.ofDays(2);

  private static final Set<String> OTHER_PROTOCOLS =
      Set.of("email", "email-json", "sms", "application", "firehose");

  private final TopicCatalog catalog;
  private final TopicArns arns;
  private final HttpDeliveries http;
  private final FanOut fanOut;
  private final Links links;
  private final MessageSigner signer;
  private final RandomGenerator secrets;
  private final RandomGenerator random;
  private final InstantSource clock;

  Subscriptions(
      TopicCatalog catalog, HttpDeliveries http, FanOut fanOut, Links links, TopicParts parts) {
    this.catalog = catalog;
    this.arns = catalog.arns();
    this.http = http;
    this.fanOut = fanOut;
    this.links = links;
    this.signer = parts.signer();
    this.secrets = parts.secrets();
    this.random = parts.random();
    this.clock = parts.clock();
  }

  /** Subscribes an endpoint, or finds the subscription that it has. */
  Subscription subscribe(
      String topicArn,
      String protocol,
      String endpoint,
      Map<String, String> attributes,
      Caller caller) {
    if (SubscriptionAttributes.isHttp(protocol)) {
      // Before others have to wait: a name may have to be looked up.
      checkAddress(protocol, endpoint);
    }
    return catalog.change(
        () -> {
          Topic topic = catalog.require(topicArn, "TopicArn");
          checkEndpoint(topic, protocol, endpoint);
          SubscriptionAttributes.Subject subject =
              new SubscriptionAttributes.Subject(topic.name(), protocol, endpoint);
          Map<String, String> set =
              SubscriptionAttributes.set(Map.of(), attributes, subject, "Attributes Reason: ");
          List<Subscription> others = catalog.subscriptions(topic.name());
          Optional<Subscription> existing =
              others.stream()
                  .filter(
                      each -> each.protocol().equals(protocol) && each.endpoint().equals(endpoint))
                  .findFirst();
          if (existing.isPresent()) {
            return again(existing.get(), attributes, topic);
          }
          checkLimits(topic, others.size());
          checkFilters(topic, set);
          return make(topic, subject, set, caller);
        });
  }

  private Subscription again(Subscription before, Map<String, String> attributes, Topic topic) {
    if (!SubscriptionAttributes.agree(before, attributes, topic, arns)) {
      throw SnsErrors.invalid(
          "Attributes", "Subscription already exists with different attributes");
    }
    if (before.state() != State.PENDING) {
      return before;
    }
    Subscription asked = before.askedAgain(clock.instant(), token());
    catalog.put(asked);
    ask(asked, topic);
    return asked;
  }

  private Subscription make(
      Topic topic,
      SubscriptionAttributes.Subject subject,
      Map<String, String> attributes,
      Caller caller) {
    Subscription made =
        new Subscription(
            Ids.random(random).toString(),
            topic.name(),
            subject.protocol(),
            subject.endpoint(),
            caller.principal(),
            clock.instant(),
            caller.host(),
            token(),
            subject.http() ? State.PENDING : State.LOCKED,
            attributes);
    if (subject.http()) {
      http.open(made.id());
    }
    catalog.put(made);
    if (subject.http()) {
      ask(made, topic);
    }
    return made;
  }

  private void ask(Subscription subscription, Topic topic) {
    var id = Ids.random(random);
    http.confirm(
        subscription,
        id,
        new Envelope(topic, arns, links, signer).confirmation(id, subscription, clock.instant()));
  }

  private String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    secrets.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void checkEndpoint(Topic topic, String protocol, String endpoint) {
    boolean fifo = Topic.isFifo(topic.name());
    if (fifo && !protocol.equals("sqs")) {
      throw SnsErrors.invalid(
          "Invalid parameter: Endpoint", "Only SQS queues can be subscribed to FIFO topics");
    }
    switch (protocol) {
      case "sqs" -> {
        if (!endpoint.matches("arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,80}")) {
          throw SnsErrors.invalid("SQS endpoint ARN");
        }
        checkOwn(endpoint);
        if (Topic.isFifo(endpoint) && !fifo) {
          throw SnsErrors.invalid(
              "Invalid parameter: Endpoint",
              "FIFO SQS Queues can not be subscribed to standard SNS topics");
        }
      }
      case "lambda" -> {
        if (!endpoint.startsWith("arn:") || FunctionReference.parse(endpoint).isEmpty()) {
          throw SnsErrors.invalid("Lambda endpoint ARN");
        }
        checkOwn(endpoint);
      }
      case "http", "https" -> checkSmall(topic);
      default -> {
        if (OTHER_PROTOCOLS.contains(protocol)) {
          throw SnsErrors.invalid(
              "Protocol",
              "Mayfly does not deliver to %s yet; it has lambda, sqs, http and https"
                  .formatted(protocol));
        }
        throw SnsErrors.invalid(
            "Amazon SNS does not support this protocol string: " + SnsErrors.shown(protocol));
      }
    }
  }

  private void checkOwn(String arn) {
    String[] parts = arn.split(":", -1);
    if (!parts[3].equals(arns.account().region()) || !parts[4].equals(arns.account().id())) {
      throw SnsErrors.invalid(
          "Endpoint", "it is of another account or region, which cannot be told from here");
    }
  }

  private void checkAddress(String protocol, String endpoint) {
    if (!endpoint.startsWith(protocol + "://")) {
      throw SnsErrors.invalid("Endpoint must match the specified protocol");
    }
    URI url;
    try {
      url = new URI(endpoint);
    } catch (URISyntaxException e) {
      throw SnsErrors.invalid("Endpoint", "it is no URL");
    }
    if (url.getHost() == null || endpoint.length() > LONGEST_ENDPOINT || url.getPort() > 0xffff) {
      throw SnsErrors.invalid("Endpoint", "it is no URL with a host, of at most 2048 characters");
    }
    http.refusal(url)
        .ifPresent(
            why -> {
              throw SnsErrors.invalid("Endpoint", why);
            });
  }

  private static void checkSmall(Topic topic) {
    if (TopicAttributes.mostBytes(topic) > TopicAttributes.STANDARD_BYTES) {
      throw SnsErrors.invalid(
          "Endpoint",
          "Topics with MaximumMessageSize above 262144 bytes have no HTTP and HTTPS subscriptions");
    }
  }

  private static void checkLimits(Topic topic, int others) {
    if (TopicAttributes.mostBytes(topic) > TopicAttributes.STANDARD_BYTES && others >= FEW) {
      throw SnsErrors.invalid(
          "TopicArn",
          "Topics with MaximumMessageSize above 262144 bytes have at most 100 subscriptions");
    }
    int most = Topic.isFifo(topic.name()) ? FEW : MOST_OF_TOPIC;
    if (others >= most) {
      throw SnsErrors.limit(
          "SubscriptionLimitExceeded",
          "The topic has %d subscriptions, which is the most it may have".formatted(most));
    }
  }

  private void checkFilters(Topic topic, Map<String, String> attributes) {
    if (attributes.containsKey(SubscriptionAttributes.FILTER)
        && (filters(catalog.subscriptions(topic.name())) >= MOST_FILTERS_OF_TOPIC
            || filters(catalog.subscriptions()) >= MOST_FILTERS)) {
      throw SnsErrors.limit(
          "FilterPolicyLimitExceeded",
          "Filter policy limit exceeded: %d for a topic, %d for an account"
              .formatted(MOST_FILTERS_OF_TOPIC, MOST_FILTERS));
    }
  }

  private static long filters(Iterable<Subscription> subscriptions) {
    long count = 0;
    for (Subscription each : subscriptions) {
      if (each.attributes().containsKey(SubscriptionAttributes.FILTER)) {
        count++;
      }
    }
    return count;
  }

  /** Sets an attribute; an empty text takes one away. */
  void set(String arn, String name, String value) {
    var _ =
        catalog.change(
            () -> {
              Subscription before = catalog.requireSubscription(arn);
              Map<String, String> set =
                  SubscriptionAttributes.set(
                      before.attributes(),
                      Map.of(name, value),
                      new SubscriptionAttributes.Subject(
                          before.topic(), before.protocol(), before.endpoint()),
                      "");
              if (!before.attributes().containsKey(SubscriptionAttributes.FILTER)) {
                checkFilters(catalog.require(arns.arn(before.topic()), "TopicArn"), set);
              }
              Subscription after = before.withAttributes(set);
              catalog.put(after);
              return after;
            });
  }

  /**
   * Confirms a subscription.
   *
   * @param how what it is then
   */
  Subscription confirm(String topicArn, String token, State how) {
    return catalog.change(
        () -> {
          Topic topic = catalog.require(topicArn, "TopicArn");
          Subscription found =
              catalog.subscriptions(topic.name()).stream()
                  .filter(each -> isSame(each.token(), token))
                  .findFirst()
                  .orElseThrow(() -> SnsErrors.invalid("Token"));
          if (found.state() != State.PENDING) {
            return found;
          }
          if (clock.instant().isAfter(found.asked().plus(PATIENCE))) {
            throw SnsErrors.invalid("Token", "it has expired; subscribe again to get another");
          }
          Subscription confirmed = found.withState(how);
          catalog.put(confirmed);
          return confirmed;
        });
  }

  /** Compares secrets in a time that does not tell where they differ. */
  private static boolean isSame(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Ends a subscription; one that is gone already is no fault.
   *
   * @param signed whether the account asks, and not somebody who knows the address for it
   */
  void unsubscribe(String arn, boolean signed) {
    arns.check(arn, "SubscriptionArn");
    String id = arns.subscription(arn).orElseThrow(() -> SnsErrors.invalid("SubscriptionId"));
    var _ =
        catalog.change(
            () -> {
              Optional<Subscription> found =
                  catalog.subscription(id).filter(each -> arns.arn(each).equals(arn));
              found.ifPresent(each -> end(each, signed));
              return found;
            });
  }

  private void end(Subscription subscription, boolean signed) {
    if (!signed && subscription.state() == State.LOCKED) {
      throw SnsErrors.unauthorized(
          "Only the account that the subscription is of can end it; sign the request");
    }
    catalog.remove(subscription);
    http.remove(subscription);
    fanOut.forget(subscription);
  }
}
