package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;

/** {@code GetQueueUrl}: of a queue of the caller's account. */
final class GetQueueUrl implements Operation<GetQueueUrl.Input, GetQueueUrl.Output> {
  record Input(String queueName, Optional<String> queueOwnerAWSAccountId) {}

  record Output(String queueUrl) {}

  private final SqsQueues queues;

  GetQueueUrl(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    String account = queues.names().account();
    if (!input.queueOwnerAWSAccountId().orElse(account).equals(account)) {
      throw SqsErrors.noQueue();
    }
    return new Output(
        queues.url(caller, queues.byName(input.queueName()).orElseThrow(SqsErrors::noQueue)));
  }
}
