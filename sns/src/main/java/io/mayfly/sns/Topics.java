package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.AwsService;
import io.mayfly.aws.ServiceModel;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import io.mayfly.queue.Queues;
import io.mayfly.triggers.Targets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * An account's topics: kept, subscribed to, published to, and delivered to HTTP endpoints. Safe for
 * use by many threads.
 */
public final class Topics implements AutoCloseable {
  /** What somebody needs permission for to publish. */
  private static final String PUBLISH = "sns:Publish";

  private static final int MOST = 100_000;
  private static final int MOST_FIFO = 1000;
  private static final String OF_ATTRIBUTES = "Attributes Reason: ";

  private final TopicCatalog catalog;
  private final HttpDeliveries http;
  private final Journals journals;
  private final Publisher publisher;
  private final Subscriptions subscriptions;
  private final FanOut fanOut;
  private final Messages messages;
  private final Consumer<String> policyCheck;
  private final InstantSource clock;

  /** Takes up what was accepted before, and becomes a kind of target. */
  public Topics(TopicParts parts) {
    Targets targets = parts.targets();
    Queues queues = parts.queues();
    TopicArns arns = new TopicArns(parts.account());
    catalog = new TopicCatalog(parts.store(), arns);
    clock = parts.clock();
    policyCheck = parts.policyCheck();
    Links links = new Links(parts.authority(), arns, parts.signer());
    Undelivered undelivered = new Undelivered(arns, targets, parts.listener());
    http =
        new HttpDeliveries(
            catalog,
            queues,
            new HttpPost(),
            new HttpAddresses(parts.authority(), parts.privateNetwork()),
            undelivered,
            parts.listener(),
            parts.nanoTime(),
            parts.tasks());
    fanOut =
        new FanOut(catalog, targets, http, undelivered, links, parts.signer(), parts.listener());
    http.resume();
    journals = new Journals(catalog, queues, fanOut, parts.tasks());
    publisher = new Publisher(queues, fanOut, journals, parts.listener());
    subscriptions = new Subscriptions(catalog, http, fanOut, links, parts);
    messages = new Messages(parts.random(), clock);
    targets.add(
        "sns",
        new Targets.Kind(PUBLISH, new TopicTarget(catalog, publisher, parts.random(), clock)));
  }

  /** The SNS API over these topics. */
  public AwsService service(ServiceModel model) {
    return SnsApi.service(model, this);
  }

  /** The policy of the topic with an ARN, if it was given one. */
  public Optional<String> policy(String arn) {
    return catalog
        .arns()
        .topic(arn)
        .flatMap(catalog::topic)
        .map(topic -> topic.attributes().get(TopicAttributes.POLICY));
  }

  TopicCatalog catalog() {
    return catalog;
  }

  Publisher publisher() {
    return publisher;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  Messages messages() {
    return messages;
  }

  /**
   * Makes a topic, or finds the one that has been made in the same way.
   *
   * @return its ARN
   * @throws AwsException if there is one with other attributes or tags, or attributes are wrong
   */
  String create(String name, Map<String, String> given, Map<String, String> tags) {
    boolean fifo = given.getOrDefault(TopicAttributes.FIFO, "").equalsIgnoreCase("true");
    TopicArns.checkName(name, fifo);
    Map<String, String> set = TopicAttributes.set(Map.of(), given, fifo, OF_ATTRIBUTES);
    checkPolicy(given, OF_ATTRIBUTES);
    var _ =
        catalog.change(
            () -> {
              Optional<Topic> existing = catalog.topic(name);
              if (existing.isPresent()) {
                checkSame(existing.get(), given, tags);
                return existing.get();
              }
              checkLimits(fifo);
              Topic made = new Topic(name, clock.instant(), set, tags, 0);
              if (fifo) {
                journals.open(made);
              }
              catalog.put(made);
              return made;
            });
    return catalog.arns().arn(name);
  }

  private void checkSame(Topic topic, Map<String, String> given, Map<String, String> tags) {
    if (!TopicAttributes.agree(topic, given, catalog.arns())) {
      throw SnsErrors.invalid("Attributes", "Topic already exists with different attributes");
    }
    if (!tags.isEmpty() && !tags.equals(topic.tags())) {
      throw SnsErrors.invalid("Tags", "Topic already exists with different tags");
    }
  }

  private void checkLimits(boolean fifo) {
    long others =
        catalog.topics().stream().filter(each -> Topic.isFifo(each.name()) == fifo).count();
    if (others >= (fifo ? MOST_FIFO : MOST)) {
      throw SnsErrors.limit("TopicLimitExceeded", "Topic limit exceeded");
    }
  }

  /** Removes a topic with its subscriptions; one that is gone already is no fault. */
  void delete(String arn) {
    catalog.arns().check(arn, "TopicArn");
    var _ =
        catalog.change(
            () -> {
              Optional<Topic> found = catalog.arns().topic(arn).flatMap(catalog::topic);
              found.ifPresent(this::remove);
              return found;
            });
  }

  private void remove(Topic topic) {
    List<Subscription> with = catalog.subscriptions(topic.name());
    catalog.remove(topic);
    journals.remove(topic);
    with.forEach(
        each -> {
          http.remove(each);
          fanOut.forget(each);
        });
  }

  /** Sets an attribute; an empty text takes one away that may be absent. */
  void set(String arn, String name, String value) {
    if (name.equals(TopicAttributes.FIFO)) {
      throw SnsErrors.invalid("AttributeName");
    }
    checkPolicy(Map.of(name, value), "");
    change(
        arn,
        topic -> {
          Topic changed =
              topic.withAttributes(
                  TopicAttributes.set(
                      topic.attributes(), Map.of(name, value), Topic.isFifo(topic.name()), ""));
          checkLarge(changed);
          return changed;
        });
  }

  /** Changes attributes of a topic as it is then. */
  void change(String arn, UnaryOperator<Topic> change) {
    catalog.update(
        arn,
        "TopicArn",
        topic -> {
          Topic changed = change.apply(topic);
          journals.change(changed);
          return changed;
        });
  }

  private void checkLarge(Topic topic) {
    List<Subscription> all = catalog.subscriptions(topic.name());
    if (TopicAttributes.mostBytes(topic) > TopicAttributes.STANDARD_BYTES
        && (all.size() > Subscriptions.FEW
            || all.stream().anyMatch(each -> SubscriptionAttributes.isHttp(each.protocol())))) {
      throw SnsErrors.invalid(
          "MaximumMessageSize",
          "Topics above 262144 bytes have at most 100 subscriptions, and none of HTTP and HTTPS");
    }
  }

  private void checkPolicy(Map<String, String> given, String refusal) {
    String text = given.getOrDefault(TopicAttributes.POLICY, "");
    if (text.isEmpty()) {
      return;
    }
    try {
      policyCheck.accept(text);
    } catch (AwsException e) {
      throw SnsErrors.invalid(refusal + "Policy", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    journals.close();
    http.close();
  }
}
