package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** {@code RemovePermission}: takes the statement with a label out of the topic's policy. */
final class RemovePermission implements Operation<RemovePermission.Input, Operation.Nothing> {
  record Input(String topicArn, String label) {}

  private final Topics topics;

  RemovePermission(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    topics.change(input.topicArn(), topic -> without(topic, input.label()));
    return Nothing.VALUE;
  }

  private static Topic without(Topic topic, String label) {
    Map<String, String> attributes = new HashMap<>(topic.attributes());
    Optional.ofNullable(attributes.get(TopicAttributes.POLICY))
        .map(TopicPolicy::parse)
        .filter(policy -> policy.remove(label))
        .ifPresent(
            policy -> {
              if (policy.text().isEmpty()) {
                attributes.remove(TopicAttributes.POLICY);
              } else {
                attributes.put(TopicAttributes.POLICY, policy.text());
              }
            });
    return topic.withAttributes(attributes);
  }
}
