package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.util.List;
import java.util.Optional;

/** {@code ListSubscriptionsByTopic}: a hundred at once. */
final class ListSubscriptionsByTopic
    implements Operation<ListSubscriptionsByTopic.Input, ListSubscriptionsByTopic.Output> {
  record Input(String topicArn, Optional<String> nextToken) {}

  record Output(List<ListedSubscription> subscriptions, Optional<String> nextToken) {}

  private final TopicCatalog catalog;

  ListSubscriptionsByTopic(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Topic topic = catalog.require(input.topicArn(), "TopicArn");
    Page<Subscription> page =
        Page.of(catalog.subscriptions(topic.name()), Subscription::id, input.nextToken());
    return new Output(
        page.items().stream().map(each -> ListedSubscription.of(each, catalog.arns())).toList(),
        page.next());
  }
}
