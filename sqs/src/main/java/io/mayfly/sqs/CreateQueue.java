package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Map;

/** {@code CreateQueue}: also for a queue that is there already and has the same attributes. */
final class CreateQueue implements Operation<CreateQueue.Input, CreateQueue.Output> {
  record Input(String queueName, Map<String, String> attributes, Map<String, String> tags) {}

  record Output(String queueUrl) {}

  private final SqsQueues queues;

  CreateQueue(SqsQueues queues) {
    this.queues = queues;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    queues.create(input.queueName(), input.attributes(), Tags.checked(input.tags()));
    return new Output(queues.names().url(caller, input.queueName()));
  }
}
