package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.util.Map;

/** {@code GetSubscriptionAttributes}: what was set, and what holds without. */
final class GetSubscriptionAttributes
    implements Operation<GetSubscriptionAttributes.Input, GetSubscriptionAttributes.Output> {
  record Input(String subscriptionArn) {}

  record Output(Map<String, String> attributes) {}

  private final TopicCatalog catalog;

  GetSubscriptionAttributes(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Subscription subscription = catalog.requireSubscription(input.subscriptionArn());
    Topic topic =
        catalog.topic(subscription.topic()).orElseThrow(() -> SnsErrors.notFound("Subscription"));
    return new Output(SubscriptionAttributes.effective(subscription, topic, catalog.arns()));
  }
}
