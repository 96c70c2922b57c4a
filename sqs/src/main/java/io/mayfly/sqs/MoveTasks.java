package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves messages out of dead-letter queues, one task for each queue at a time, on a virtual thread
 * of its own. A task moves as many messages as were ready when it began. Each batch is moved in one
 * transaction, so nothing is lost or doubled wherever the platform is killed; tasks that were
 * running are then taken up again. Safe for use by many threads.
 */
final class MoveTasks {
  /** As many tasks as are remembered of a queue. */
  static final int KEPT = 10;

  static final String NO_SOURCE = "CouldNotDetermineMessageSource";
  static final String NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue";

  private static final int BATCH = 10;

  /** After how many messages it is kept how far a task has come. */
  private static final int KEEP_EACH = 500;

  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final long MILLI_NANOS = 1_000_000;
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final System.Logger LOG = System.getLogger(MoveTasks.class.getName());

  private final SqsQueues queues;
  private final LongSupplier nanoTime;
  private final Map<String, Progress> running = new ConcurrentHashMap<>();

  /**
   * @param nanoTime a clock that only goes on, in nanoseconds
   */
  MoveTasks(SqsQueues queues, LongSupplier nanoTime) {
    this.queues = queues;
    this.nanoTime = nanoTime;
  }

  /** How far a task has come; guarded by itself. */
  private static final class Progress {
    private long moved;
    private boolean cancelled;

    Progress(long moved) {
      this.moved = moved;
    }

    synchronized long moved() {
      return moved;
    }

    synchronized void add(int more) {
      moved += more;
    }

    synchronized boolean cancelled() {
      return cancelled;
    }

    synchronized void cancel() {
      cancelled = true;
      notifyAll();
    }

    /** Waits until a time has come or somebody cancels it. */
    synchronized void pause(LongSupplier nanoTime, long until) throws InterruptedException {
      for (long left = until - nanoTime.getAsLong();
          !cancelled && left > 0;
          left = until - nanoTime.getAsLong()) {
        wait(Math.max(1, left / MILLI_NANOS));
      }
    }
  }

  /** Takes up what was running when the platform ended. */
  void resume() {
    for (SqsQueue queue : queues.list("")) {
      queue.document().tasks().stream()
          .filter(task -> task.status().active())
          .forEach(task -> run(queue, task));
    }
  }

  /**
   * Begins a task.
   *
   * @throws AwsException if one is running for this queue
   */
  void start(SqsQueue source, MoveTask task) {
    queues.change(
        source,
        document -> {
          if (document.tasks().stream().anyMatch(each -> each.status().active())) {
            throw SqsErrors.invalid(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time.");
          }
          List<MoveTask> tasks = new ArrayList<>(document.tasks());
          tasks.addFirst(task);
          return document.withTasks(tasks.subList(0, Math.min(tasks.size(), KEPT)));
        });
    run(source, task);
  }

  /** The tasks of a queue as they are now, the newest first. */
  List<MoveTask> list(SqsQueue source) {
    return source.document().tasks().stream().map(this::now).toList();
  }

  private MoveTask now(MoveTask task) {
    @Nullable Progress progress = running.get(task.id());
    if (progress == null || !task.status().active()) {
      return task;
    }
    return task.with(
        progress.cancelled() ? MoveTask.Status.CANCELLING : task.status(), progress.moved(), "");
  }

  /**
   * Ends a task soon; what it has moved stays where it is.
   *
   * @return how many messages that is
   * @throws AwsException if it does not run
   */
  long cancel(SqsQueue source, String id) {
    if (source.document().tasks().stream().noneMatch(task -> task.id().equals(id))) {
      throw SqsErrors.noSuchTask();
    }
    @Nullable Progress progress = running.get(id);
    if (progress == null) {
      throw SqsErrors.unsupported("Only active tasks can be cancelled.");
    }
    progress.cancel();
    return progress.moved();
  }

  private void run(SqsQueue source, MoveTask task) {
    Progress progress = new Progress(task.moved());
    running.put(task.id(), progress);
    var _ =
        Thread.ofVirtual()
            .name("mayfly-move-" + source.name())
            .start(() -> run(source, task, progress));
  }

  private void run(SqsQueue source, MoveTask task, Progress progress) {
    String failure;
    try {
      failure = move(source, task, progress);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "messages of " + source.name() + " were not moved", e);
      failure = "InternalError";
    }
    MoveTask.Status status =
        !failure.isEmpty()
            ? MoveTask.Status.FAILED
            : progress.cancelled() ? MoveTask.Status.CANCELLED : MoveTask.Status.COMPLETED;
    MoveTask ended = task.with(status, progress.moved(), failure);
    try {
      keep(source, ended);
    } catch (RuntimeException e) {
      // The queue has gone, or the platform ends and takes the task up again.
      LOG.log(
          System.Logger.Level.INFO,
          "the end of moving messages of " + source.name() + " was not kept: " + e);
    } finally {
      running.remove(task.id());
    }
  }

  private void keep(SqsQueue source, MoveTask task) {
    queues.change(
        source,
        document ->
            document.withTasks(
                document.tasks().stream()
                    .map(each -> each.id().equals(task.id()) ? task : each)
                    .toList()));
  }

  /** Moves until there is nothing more to move, or it is cancelled; why it failed, or nothing. */
  private String move(SqsQueue source, MoveTask task, Progress progress)
      throws InterruptedException {
    long began = nanoTime.getAsLong();
    long before = progress.moved();
    long kept = before;
    while (!progress.cancelled()) {
      long left = task.toMove() - progress.moved();
      int max = (int) Math.min(left, task.rate() == 0 ? BATCH : Math.min(BATCH, task.rate()));
      List<Delivery> batch = max <= 0 ? List.of() : source.messages().receive(max, LEASE);
      if (batch.isEmpty()) {
        return "";
      }
      String failure = move(source, task, batch, progress);
      if (!failure.isEmpty()) {
        return failure;
      }
      if (progress.moved() - kept >= KEEP_EACH) {
        kept = progress.moved();
        keep(source, task.with(task.status(), kept, ""));
      }
      if (task.rate() > 0) {
        long due = began + (progress.moved() - before) * SECOND_NANOS / task.rate();
        progress.pause(nanoTime, due);
      }
    }
    return "";
  }

  private String move(SqsQueue source, MoveTask task, List<Delivery> batch, Progress progress) {
    Map<String, List<Receipt>> byQueue = new LinkedHashMap<>();
    String failure = "";
    for (Delivery delivery : batch) {
      Optional<String> to = destination(task, delivery);
      if (to.isEmpty() || !failure.isEmpty()) {
        failure = failure.isEmpty() ? NO_SOURCE : failure;
        giveBack(source, delivery.receipt());
      } else {
        byQueue.computeIfAbsent(to.get(), _ -> new ArrayList<>()).add(delivery.receipt());
      }
    }
    for (Map.Entry<String, List<Receipt>> each : byQueue.entrySet()) {
      Optional<MessageQueue> to = queues.byName(each.getKey()).map(SqsQueue::messages);
      if (to.isEmpty()) {
        failure = NO_QUEUE;
        each.getValue().forEach(receipt -> giveBack(source, receipt));
      } else {
        int moved = Waiting.on(source.messages().move(each.getValue(), to.get()));
        progress.add(moved);
        if (moved == 0 && queues.byName(each.getKey()).isEmpty()) {
          failure = NO_QUEUE;
          each.getValue().forEach(receipt -> giveBack(source, receipt));
        }
      }
    }
    return failure;
  }

  private Optional<String> destination(MoveTask task, Delivery delivery) {
    return task.destination().isEmpty()
        ? delivery
            .origin()
            .filter(origin -> origin.startsWith(SqsQueues.PREFIX))
            .map(origin -> origin.substring(SqsQueues.PREFIX.length()))
        : queues.names().ofArn(task.destination());
  }

  private static void giveBack(SqsQueue source, Receipt receipt) {
    var _ = source.messages().changeVisibility(receipt, Duration.ZERO);
  }
}
