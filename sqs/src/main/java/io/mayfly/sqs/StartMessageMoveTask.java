package io.mayfly.sqs;

import io.mayfly.aws.Access;
import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code StartMessageMoveTask}: dead letters go back to where they came from, or elsewhere. */
final class StartMessageMoveTask
    implements Operation<StartMessageMoveTask.Input, StartMessageMoveTask.Output> {
  record Input(
      String sourceArn,
      Optional<String> destinationArn,
      Optional<Integer> maxNumberOfMessagesPerSecond) {}

  record Output(String taskHandle) {}

  private static final int MOST_PER_SECOND = 500;

  private final SqsQueues queues;
  private final MoveTasks tasks;
  private final Supplier<UUID> ids;

  private final Authorizer authorizer;

  /**
   * @param authorizer is asked for what the task does on behalf of who starts it
   */
  StartMessageMoveTask(
      SqsQueues queues, MoveTasks tasks, Supplier<UUID> ids, Authorizer authorizer) {
    this.queues = queues;
    this.authorizer = authorizer;
    this.tasks = tasks;
    this.ids = ids;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue source = queues.byArn(input.sourceArn()).orElseThrow(() -> noSuch("SourceArn"));
    int rate =
        input
            .maxNumberOfMessagesPerSecond()
            .map(
                given ->
                    Ranges.check(
                        given,
                        1,
                        MOST_PER_SECOND,
                        "MaxNumberOfMessagesPerSecond",
                        "You must choose a value that is between 1 and 500."))
            .orElse(0);
    require(caller, "sqs:ReceiveMessage", source);
    require(caller, "sqs:DeleteMessage", source);
    if (input.destinationArn().isPresent()) {
      require(caller, "sqs:SendMessage", checkDestination(source, input.destinationArn().get()));
    } else {
      queues.sources(source).forEach(queue -> require(caller, "sqs:SendMessage", queue));
    }
    if (queues.sources(source).isEmpty()) {
      throw SqsErrors.invalid("Source queue must be configured as a Dead Letter Queue.");
    }
    MoveTask task =
        new MoveTask(
            ids.get().toString(),
            MoveTask.Status.RUNNING,
            input.destinationArn().orElse(""),
            rate,
            0,
            source.messages().depth().ready(),
            "",
            queues.now());
    tasks.start(source, task);
    return new Output(new TaskHandle(task.id(), source.arn()).toString());
  }

  private void require(Caller caller, String action, SqsQueue queue) {
    authorizer.authorize(
        caller, () -> new Access(action, queue.arn(), queue.attribute(QueueAttributes.POLICY)));
  }

  private SqsQueue checkDestination(SqsQueue source, String arn) {
    SqsQueue destination = queues.byArn(arn).orElseThrow(() -> noSuch("DestinationArn"));
    if (destination.name().equals(source.name())) {
      throw SqsErrors.invalid("Source and destination queues must be different.");
    }
    if (destination.fifo() != source.fifo()) {
      throw SqsErrors.invalid("Source and destination queues must be of the same type.");
    }
    return destination;
  }

  private static AwsException noSuch(String parameter) {
    return SqsErrors.noSuchResource(parameter);
  }
}
