package io.mayfly.gateway;

import io.mayfly.model.TopicRule;
import java.util.List;
import java.util.Optional;

/** The port behind which an account's MQTT is. Called by many threads at once. */
public interface MqttTable {
  Status status();

  /** All rules of topics, by name. */
  List<TopicRule> rules();

  /**
   * Makes a rule, or changes the one of its name.
   *
   * @return what would keep its targets from being told now, for people
   * @throws io.mayfly.model.MayflyException if it cannot be one, saying why
   */
  List<String> put(TopicRule rule);

  /**
   * Removes a rule.
   *
   * @throws io.mayfly.model.MayflyException if there is none
   */
  void remove(String name);

  /**
   * How it is.
   *
   * @param port that is listened on, if one is
   * @param connections clients that are connected
   */
  record Status(Optional<Integer> port, int connections) {}
}
