package io.mayfly.store;

import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.util.List;

/** Keeps topics and their subscriptions. Every change is on the disk when the method returns. */
public interface TopicStore {
  List<Topic> topics();

  List<Subscription> subscriptions();

  void put(Topic topic);

  void put(Subscription subscription);

  /**
   * Removes a subscription.
   *
   * @param topic as it is afterwards
   */
  void remove(Subscription subscription, Topic topic);

  /** Removes a topic with these, which are all of its subscriptions. */
  void remove(Topic topic, List<Subscription> subscriptions);
}
