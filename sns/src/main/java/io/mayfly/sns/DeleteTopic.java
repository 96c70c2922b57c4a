package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code DeleteTopic}: with its subscriptions and what they were still to be told over HTTP. */
final class DeleteTopic implements Operation<DeleteTopic.Input, Operation.Nothing> {
  record Input(String topicArn) {}

  private final Topics topics;

  DeleteTopic(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    topics.delete(input.topicArn());
    return Nothing.VALUE;
  }
}
