package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Subscription;
import java.util.List;
import java.util.Optional;

/** {@code ListSubscriptions}: of all topics, a hundred at once. */
final class ListSubscriptions
    implements Operation<ListSubscriptions.Input, ListSubscriptions.Output> {
  record Input(Optional<String> nextToken) {}

  record Output(List<ListedSubscription> subscriptions, Optional<String> nextToken) {}

  private final TopicCatalog catalog;

  ListSubscriptions(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<Subscription> page =
        Page.of(
            List.copyOf(catalog.subscriptions()),
            each -> each.topic() + ":" + each.id(),
            input.nextToken());
    return new Output(
        page.items().stream().map(each -> ListedSubscription.of(each, catalog.arns())).toList(),
        page.next());
  }
}
