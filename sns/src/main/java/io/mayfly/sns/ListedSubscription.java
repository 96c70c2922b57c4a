package io.mayfly.sns;

import io.mayfly.model.Subscription;

/** A subscription in a list. */
record ListedSubscription(
    String subscriptionArn, String owner, String protocol, String endpoint, String topicArn) {
  static ListedSubscription of(Subscription subscription, TopicArns arns) {
    return new ListedSubscription(
        subscription.state() == Subscription.State.PENDING
            ? "PendingConfirmation"
            : arns.arn(subscription),
        arns.account().id(),
        subscription.protocol(),
        subscription.endpoint(),
        arns.arn(subscription.topic()));
  }
}
