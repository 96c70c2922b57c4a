package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code SetTopicAttributes}: one of them; without a value it is taken away. */
final class SetTopicAttributes implements Operation<SetTopicAttributes.Input, Operation.Nothing> {
  record Input(String topicArn, String attributeName, Optional<String> attributeValue) {}

  private final Topics topics;

  SetTopicAttributes(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    topics.set(input.topicArn(), input.attributeName(), input.attributeValue().orElse(""));
    return Nothing.VALUE;
  }
}
