package io.mayfly.model;

import java.util.List;
import java.util.Optional;

/**
 * That what is published over MQTT on some topics is brought to targets, as a rule of AWS IoT does.
 *
 * @param filter which topics, as in a subscription
 * @param targets ARNs of what is told
 * @param role ARN of the role that tells them; without one their own policies must let {@code
 *     iot.amazonaws.com} do so
 * @param pattern of EventBridge's kind, that the payload has to match
 * @param errorQueue ARN of a queue that is told what a target could not be
 * @param withTopic whether targets are told topic, client and time beside the payload
 */
public record TopicRule(
    String name,
    String filter,
    List<String> targets,
    Optional<String> role,
    Optional<String> pattern,
    Optional<String> errorQueue,
    boolean withTopic,
    boolean enabled) {
  public TopicRule {
    targets = List.copyOf(targets);
  }

  public String arn(Account account) {
    return arn(account, name);
  }

  /** The ARN that a rule with this name has, which is that of a rule of AWS IoT. */
  public static String arn(Account account, String name) {
    return "arn:aws:iot:%s:%s:rule/%s".formatted(account.region(), account.id(), name);
  }
}
