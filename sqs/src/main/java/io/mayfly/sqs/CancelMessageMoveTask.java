package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code CancelMessageMoveTask}: what has been moved stays where it is. */
final class CancelMessageMoveTask
    implements Operation<CancelMessageMoveTask.Input, CancelMessageMoveTask.Output> {
  record Input(String taskHandle) {}

  record Output(long approximateNumberOfMessagesMoved) {}

  private final SqsQueues queues;
  private final MoveTasks tasks;

  CancelMessageMoveTask(SqsQueues queues, MoveTasks tasks) {
    this.queues = queues;
    this.tasks = tasks;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    TaskHandle handle = TaskHandle.parse(input.taskHandle()).orElseThrow(SqsErrors::noSuchTask);
    SqsQueue source = queues.byArn(handle.sourceArn()).orElseThrow(SqsErrors::noSuchTask);
    return new Output(tasks.cancel(source, handle.taskId()));
  }
}
