package io.mayfly.store;

import io.mayfly.model.TopicRule;
import java.util.List;

/** Keeps the rules of MQTT topics. Every change is on the disk when the method returns. */
public interface TopicRuleStore {
  List<TopicRule> rules();

  void put(TopicRule rule);

  void remove(String name);
}
