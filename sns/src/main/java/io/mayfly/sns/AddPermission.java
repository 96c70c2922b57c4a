package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code AddPermission}: a statement more in the topic's policy, under a label. */
final class AddPermission implements Operation<AddPermission.Input, Operation.Nothing> {
  record Input(String topicArn, String label, List<String> aWSAccountId, List<String> actionName) {}

  /** The actions that can be shared ("Valid Amazon SNS policy actions"). */
  private static final Set<String> ACTIONS =
      Set.of(
          "AddPermission",
          "DeleteTopic",
          "GetDataProtectionPolicy",
          "GetTopicAttributes",
          "ListSubscriptionsByTopic",
          "ListTagsForResource",
          "Publish",
          "PutDataProtectionPolicy",
          "RemovePermission",
          "SetTopicAttributes",
          "Subscribe");

  private final Topics topics;

  AddPermission(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    boolean label =
        !input.label().isEmpty() && input.label().chars().allMatch(c -> isLabel((char) c));
    if (!label || input.label().length() > 80) {
      throw SnsErrors.invalid("Label");
    }
    if (input.actionName().isEmpty() || !ACTIONS.containsAll(input.actionName())) {
      throw SnsErrors.invalid("Policy statement action out of service scope!");
    }
    if (input.aWSAccountId().isEmpty()
        || !input.aWSAccountId().stream().allMatch(id -> id.matches("[0-9]{12}"))) {
      throw SnsErrors.invalid("AWSAccountId");
    }
    topics.change(input.topicArn(), topic -> with(topic, input));
    return Nothing.VALUE;
  }

  private static boolean isLabel(char character) {
    return TopicArns.isNameLetter(character);
  }

  private static Topic with(Topic topic, Input input) {
    TopicPolicy policy =
        Optional.ofNullable(topic.attributes().get(TopicAttributes.POLICY))
            .map(TopicPolicy::parse)
            .orElseGet(() -> standard(input.topicArn()));
    if (!policy.add(input.label(), input.aWSAccountId(), input.actionName(), input.topicArn())) {
      throw SnsErrors.invalid("Statement already exists");
    }
    Map<String, String> attributes = new HashMap<>(topic.attributes());
    attributes.put(TopicAttributes.POLICY, policy.text());
    return topic.withAttributes(
        TopicAttributes.set(attributes, Map.of(TopicAttributes.POLICY, policy.text()), true, ""));
  }

  private static TopicPolicy standard(String topicArn) {
    return TopicPolicy.standard(topicArn, topicArn.split(":", -1)[4]);
  }
}
