package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code ListDeadLetterSourceQueues}: the queues whose dead letters come to one. */
final class ListDeadLetterSourceQueues
    implements Operation<ListDeadLetterSourceQueues.Input, ListDeadLetterSourceQueues.Output> {
  record Input(String queueUrl, Optional<String> nextToken, Optional<Integer> maxResults) {}

  record Output(List<String> queueUrls, Optional<String> nextToken) {}

  private final SqsQueues queues;

  ListDeadLetterSourceQueues(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsPage page =
        SqsPage.of(
            queues.sources(queues.byUrl(input.queueUrl())), input.nextToken(), input.maxResults());
    return new Output(
        page.queues().stream().map(each -> queues.url(caller, each)).toList(), page.next());
  }
}
