package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.util.List;
import java.util.Map;

/** {@code GetTopicAttributes}: what was set, what holds without, and how many subscriptions. */
final class GetTopicAttributes
    implements Operation<GetTopicAttributes.Input, GetTopicAttributes.Output> {
  record Input(String topicArn) {}

  record Output(Map<String, String> attributes) {}

  private final TopicCatalog catalog;

  GetTopicAttributes(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Topic topic = catalog.require(input.topicArn(), "TopicArn");
    List<Subscription> all = catalog.subscriptions(topic.name());
    long pending = all.stream().filter(each -> each.state() == Subscription.State.PENDING).count();
    Map<String, String> attributes = TopicAttributes.effective(topic, catalog.arns());
    attributes.put("SubscriptionsConfirmed", Long.toString(all.size() - pending));
    attributes.put("SubscriptionsPending", Long.toString(pending));
    attributes.put("SubscriptionsDeleted", Long.toString(topic.unsubscribed()));
    return new Output(attributes);
  }
}
