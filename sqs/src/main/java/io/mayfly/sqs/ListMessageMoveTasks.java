package io.mayfly.sqs;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.List;
import java.util.Optional;

/** {@code ListMessageMoveTasks}: the last one of a queue, or up to ten, the newest first. */
final class ListMessageMoveTasks
    implements Operation<ListMessageMoveTasks.Input, ListMessageMoveTasks.Output> {
  record Input(String sourceArn, Optional<Integer> maxResults) {}

  record Output(List<Task> results) {}

  record Task(
      Optional<String> taskHandle,
      String status,
      String sourceArn,
      Optional<String> destinationArn,
      Optional<Integer> maxNumberOfMessagesPerSecond,
      long approximateNumberOfMessagesMoved,
      long approximateNumberOfMessagesToMove,
      Optional<String> failureReason,
      long startedTimestamp) {}

  private final SqsQueues queues;
  private final MoveTasks tasks;

  ListMessageMoveTasks(SqsQueues queues, MoveTasks tasks) {
    this.queues = queues;
    this.tasks = tasks;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    SqsQueue source =
        queues.byArn(input.sourceArn()).orElseThrow(() -> SqsErrors.noSuchResource("SourceArn"));
    int most =
        input.maxResults().isEmpty() ? 1 : Ranges.results(input.maxResults(), MoveTasks.KEPT);
    return new Output(
        tasks.list(source).stream().limit(most).map(task -> shown(source, task)).toList());
  }

  private static Task shown(SqsQueue source, MoveTask task) {
    return new Task(
        Optional.of(new TaskHandle(task.id(), source.arn()).toString())
            .filter(_ -> task.status() == MoveTask.Status.RUNNING),
        task.status().name(),
        source.arn(),
        Optional.of(task.destination()).filter(arn -> !arn.isEmpty()),
        Optional.of(task.rate()).filter(rate -> rate > 0),
        task.moved(),
        task.toMove(),
        Optional.of(task.failure()).filter(why -> !why.isEmpty()),
        task.started());
  }
}
