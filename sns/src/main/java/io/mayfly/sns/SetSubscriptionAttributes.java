package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code SetSubscriptionAttributes}: one of them; without a value it is taken away. */
final class SetSubscriptionAttributes
    implements Operation<SetSubscriptionAttributes.Input, Operation.Nothing> {
  record Input(String subscriptionArn, String attributeName, Optional<String> attributeValue) {}

  private final Topics topics;

  SetSubscriptionAttributes(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    topics
        .subscriptions()
        .set(input.subscriptionArn(), input.attributeName(), input.attributeValue().orElse(""));
    return Nothing.VALUE;
  }
}
