package io.mayfly.triggers;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.functions.Belongings;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Depth;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.Queues;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asynchronous calls: events that functions are called with later, each function's in a durable
 * queue of its own, {@code async/NAME}, which is made on first use and goes with the function. Safe
 * for use by many threads.
 */
public final class AsyncCalls implements Belongings, AutoCloseable {
  private static final String PREFIX = "async/";

  /** It is up to the function's rules when an event is given up, and never to its queue. */
  private static final QueueRules RULES =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(36_500), Optional.empty());

  private final Queues queues;
  private final AsyncParts parts;
  private final Aftermath aftermath;
  private final Executor tasks;
  private final AtomicLong held = new AtomicLong();
  private final Map<FunctionName, EventLane> lanes = new ConcurrentHashMap<>();

  /**
   * What one function's queue holds.
   *
   * @param queued how many events wait for their first attempt, or for room
   * @param running how many the function is being run with
   * @param retrying how many wait for their next attempt
   * @param dropped how many have been given up since the start of the platform
   * @param oldest when the oldest was accepted, or written anew for a retry; empty if there is none
   */
  public record Overview(
      String function, long queued, long running, long retrying, long dropped, String oldest) {}

  /** Takes up the events that have been accepted before. */
  public AsyncCalls(Queues queues, AsyncParts parts) {
    this(queues, parts, task -> Thread.ofVirtual().name("events").start(task));
  }

  /**
   * @param tasks runs what may block, and never refuses
   */
  AsyncCalls(Queues queues, AsyncParts parts, Executor tasks) {
    this.queues = queues;
    this.parts = parts;
    this.tasks = tasks;
    parts
        .targets()
        .add(
            "lambda",
            new Targets.Kind(
                "lambda:InvokeFunction",
                new FunctionTarget(parts.catalog().account(), this::queueOfTarget, parts.clock())));
    this.aftermath = new Aftermath(parts.targets(), parts.listener(), parts.clock());
    // The first lanes may want others while these are being made.
    synchronized (lanes) {
      for (MessageQueue queue : queues.list(PREFIX)) {
        FunctionName function = new FunctionName(queue.name().substring(PREFIX.length()));
        if (parts.catalog().find(function).isPresent()) {
          lanes.put(function, lane(function, queue));
        } else {
          // The platform ended between the function's deletion and the queue's.
          queues.delete(queue.name());
        }
      }
    }
    lanes.values().forEach(EventLane::signal);
  }

  /**
   * Accepts an event; its caller may be told so when this completes.
   *
   * @throws MayflyException if there is no such function
   */
  public CompletableFuture<?> accept(InvokeRequest event) {
    FunctionName function = event.functionArn().name();
    AsyncEvent message = AsyncEvent.of(event, parts.clock().instant());
    return laneOf(function)
        .queue()
        .send(List.of(message.message(Optional.empty())))
        .thenRun(() -> parts.listener().received(function));
  }

  /** A function has come to serve calls. Does not block. */
  public void serving(FunctionName function) {
    Optional.ofNullable(lanes.get(function)).ifPresent(EventLane::signal);
  }

  /** Keeps what is being handled from being handled again. To be called every second or so. */
  public void tend() {
    lanes.values().forEach(EventLane::tend);
  }

  /** What each function's queue holds, by function. */
  public List<Overview> overview() {
    return lanes.values().stream()
        .sorted(Comparator.comparing(lane -> lane.function().value()))
        .map(AsyncCalls::overview)
        .toList();
  }

  private static Overview overview(EventLane lane) {
    Depth depth = lane.queue().depth();
    long running = Math.min(lane.running(), depth.inFlight());
    return new Overview(
        lane.function().value(),
        depth.ready(),
        running,
        depth.delayed() + depth.inFlight() - running,
        lane.dropped(),
        depth.oldest().map(Instant::toString).orElse(""));
  }

  @Override
  public void forget(FunctionName function) {
    synchronized (lanes) {
      EventLane lane = lanes.get(function);
      if (lane != null) {
        lane.close();
      }
      queues.delete(PREFIX + function);
      lanes.remove(function);
    }
  }

  @Override
  public void close() {
    lanes.values().forEach(EventLane::close);
  }

  /** The queue of a function that is to be told what became of another's event. */
  private MessageQueue queueOfTarget(FunctionName function) {
    if (parts.catalog().find(function).filter(FunctionConfig::perTenant).isPresent()) {
      throw new UndeliverableException(
          UndeliverableException.Reason.INVALID_PARAMETER,
          "it runs on behalf of tenants, and there is none");
    }
    return laneOf(function).queue();
  }

  private EventLane laneOf(FunctionName function) {
    EventLane known = lanes.get(function);
    return known != null ? known : open(function);
  }

  private EventLane open(FunctionName function) {
    synchronized (lanes) {
      // Looked for under the lock that forget() takes, which comes after the function is gone: a
      // queue is never made for a function that has been deleted.
      FunctionArn arn = FunctionArn.of(parts.catalog().account(), function);
      if (parts.catalog().find(function).isEmpty()) {
        throw new MayflyException(ErrorCode.NOT_FOUND, "Function not found: " + arn);
      }
      EventLane known = lanes.get(function);
      if (known != null) {
        return known;
      }
      // One without a lane is an earlier function's, which could not be removed with it.
      queues.delete(PREFIX + function);
      EventLane made = lane(function, queues.create(PREFIX + function, RULES, ""));
      lanes.put(function, made);
      return made;
    }
  }

  private EventLane lane(FunctionName function, MessageQueue queue) {
    return new EventLane(
        FunctionArn.of(parts.catalog().account(), function), queue, parts, aftermath, tasks, held);
  }
}
