package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code ListQueues}: in pages if the request says how long, at most 1,000 at once. */
final class ListQueues implements Operation<ListQueues.Input, ListQueues.Output> {
  record Input(
      Optional<String> queueNamePrefix, Optional<String> nextToken, Optional<Integer> maxResults) {}

  record Output(Optional<List<String>> queueUrls, Optional<String> nextToken) {}

  private final SqsQueues queues;

  ListQueues(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsPage page =
        SqsPage.of(
            queues.list(input.queueNamePrefix().orElse("")), input.nextToken(), input.maxResults());
    List<String> urls = page.queues().stream().map(each -> queues.url(caller, each)).toList();
    return new Output(Optional.of(urls).filter(all -> !all.isEmpty()), page.next());
  }
}
