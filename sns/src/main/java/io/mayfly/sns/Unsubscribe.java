package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code Unsubscribe}: signed or, where the subscription lets everybody, not. */
final class Unsubscribe implements Operation<Unsubscribe.Input, Operation.Nothing> {
  record Input(String subscriptionArn) {}

  private final Topics topics;

  Unsubscribe(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    topics.subscriptions().unsubscribe(input.subscriptionArn(), !caller.accessKeyId().isEmpty());
    return Nothing.VALUE;
  }
}
