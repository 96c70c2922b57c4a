package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Topic;
import java.util.List;
import java.util.Optional;

/** {@code ListTopics}: by name, a hundred at once. */
final class ListTopics implements Operation<ListTopics.Input, ListTopics.Output> {
  record Input(Optional<String> nextToken) {}

  record Output(List<Entry> topics, Optional<String> nextToken) {}

  record Entry(String topicArn) {}

  private final TopicCatalog catalog;

  ListTopics(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<Topic> page = Page.of(List.copyOf(catalog.topics()), Topic::name, input.nextToken());
    return new Output(
        page.items().stream().map(topic -> new Entry(catalog.arns().arn(topic.name()))).toList(),
        page.next());
  }
}
