package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import io.mayfly.store.TopicStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An account's topics and subscriptions, all of them in memory and on the disk. Safe for use by
 * many threads; one at a time changes something.
 */
final class TopicCatalog {
  private final TopicStore store;
  private final TopicArns arns;
  private final Map<String, Topic> topics = new ConcurrentHashMap<>();
  private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

  /** The subscriptions of each topic that has any, in no order. */
  private final Map<String, List<Subscription>> byTopic = new ConcurrentHashMap<>();

  private final ReentrantLock changes = new ReentrantLock();

  TopicCatalog(TopicStore store, TopicArns arns) {
    this.store = store;
    this.arns = arns;
    store.topics().forEach(topic -> topics.put(topic.name(), topic));
    store.subscriptions().forEach(this::show);
  }

  TopicArns arns() {
    return arns;
  }

  /** Runs a change while nobody else makes one. */
  <T> T change(Supplier<T> change) {
    changes.lock();
    try {
      return change.get();
    } finally {
      changes.unlock();
    }
  }

  Optional<Topic> topic(String name) {
    return Optional.ofNullable(topics.get(name));
  }

  Collection<Topic> topics() {
    return topics.values();
  }

  Collection<Subscription> subscriptions() {
    return subscriptions.values();
  }

  List<Subscription> subscriptions(String topic) {
    return byTopic.getOrDefault(topic, List.of());
  }

  Optional<Subscription> subscription(String id) {
    return Optional.ofNullable(subscriptions.get(id));
  }

  /**
   * The topic with an ARN.
   *
   * @param parameter where the ARN stood
   * @throws AwsException if there is none
   */
  Topic require(String arn, String parameter) {
    arns.check(arn, parameter);
    return arns.topic(arn)
        .filter(name -> arns.arn(name).equals(arn))
        .flatMap(this::topic)
        .orElseThrow(() -> SnsErrors.notFound("Topic"));
  }

  /**
   * The subscription with an ARN.
   *
   * @throws AwsException if there is none
   */
  Subscription requireSubscription(String arn) {
    arns.check(arn, "SubscriptionArn");
    return arns.subscription(arn)
        .flatMap(this::subscription)
        .filter(found -> arns.arn(found).equals(arn))
        .orElseThrow(() -> SnsErrors.notFound("Subscription"));
  }

  /** Keeps a topic, new or changed; under {@link #change}. */
  void put(Topic topic) {
    store.put(topic);
    topics.put(topic.name(), topic);
  }

  /** Keeps a subscription, new or changed; under {@link #change}. */
  void put(Subscription subscription) {
    store.put(subscription);
    show(subscription);
  }

  /** Changes a topic as it is then. */
  void update(String arn, String parameter, UnaryOperator<Topic> change) {
    var _ =
        change(
            () -> {
              Topic changed = change.apply(require(arn, parameter));
              put(changed);
              return changed;
            });
  }

  /** Removes a subscription; under {@link #change}. */
  void remove(Subscription subscription) {
    Topic after = require(arns.arn(subscription.topic()), "TopicArn").withOneGone();
    store.remove(subscription, after);
    topics.put(after.name(), after);
    subscriptions.remove(subscription.id());
    hide(subscription);
  }

  /** Removes a topic with its subscriptions; under {@link #change}. */
  void remove(Topic topic) {
    List<Subscription> with = subscriptions(topic.name());
    store.remove(topic, with);
    topics.remove(topic.name());
    byTopic.remove(topic.name());
    with.forEach(each -> subscriptions.remove(each.id()));
  }

  private void show(Subscription subscription) {
    subscriptions.put(subscription.id(), subscription);
    byTopic.compute(
        subscription.topic(),
        (_, before) -> {
          List<Subscription> after = new ArrayList<>(before == null ? List.of() : before);
          after.removeIf(each -> each.id().equals(subscription.id()));
          after.add(subscription);
          return List.copyOf(after);
        });
  }

  private void hide(Subscription subscription) {
    byTopic.computeIfPresent(
        subscription.topic(),
        (_, before) ->
            before.stream().filter(each -> !each.id().equals(subscription.id())).toList());
  }
}
