package io.mayfly.triggers;

import io.mayfly.functions.EventDeliveries.Status;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a queue's messages to a function, as one mapping says.
 *
 * <p>One virtual thread gathers batches, one after another, and sleeps while the queue has no
 * message or the function no room; every batch then has a virtual thread of its own ({@link
 * SqsBatch}). Its methods are for any thread, and all but {@link #interrupt} do not wait.
 */
final class SqsSource implements MappedSource {
  /**
   * As many batches run at first as Lambda begins with ("Configuring scaling behavior for SQS event
   * source mappings").
   */
  private static final int FIRST = 5;

  /** How many batches Lambda runs of a queue at most, if nobody says anything else. */
  private static final int MOST_BATCHES = 1250;

  /** What one event poller of provisioned mode runs at a time. */
  private static final int BATCHES_PER_POLLER = 10;

  private static final int LEAST_POLLERS = 2;
  private static final int MOST_POLLERS = 200;

  /** Messages of one event, in bytes of their bodies; what does not fit comes in the next. */
  private static final long GATHERED_BYTES = 6L * 1024 * 1024;

  /** What batches of all mappings hold in memory when no more are begun beside others. */
  private static final long MOST_BYTES = 64L * 1024 * 1024;

  /** A message may have a megabyte, so many are received at once only where they are small. */
  private static final int FIRST_STEP = 10;

  private static final int STEP = 50;
  private static final int SMALL = 16 * 1024;

  /** How often a queue that was there, or could be read, is looked for. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(SqsSource.class);

  private final SourcePorts ports;
  private final EventQueues queues;
  private final AtomicLong held;
  private final Semaphore signal = new Semaphore(0);
  private final Set<Thread> batches = ConcurrentHashMap.newKeySet();
  private final CallSlots slots;
  private volatile EventSourceMapping mapping;
  private volatile EventFilter filter;
  private volatile Optional<String> lastResult = Optional.empty();
  private volatile boolean started;
  private volatile String starting;
  private volatile boolean stopped;
  private volatile @Nullable Thread pump;

  /** The newest pump, whether it is to go on or not. */
  private volatile @Nullable Thread last;

  /** Of the pump's thread alone. */
  private @Nullable MessageQueue heard;

  private @Nullable AutoCloseable listening;
  private boolean asked;
  private Optional<String> denied = Optional.empty();
  private long deniedAt;

  /**
   * @param held how many bytes batches of all mappings have in memory
   */
  SqsSource(SourcePorts ports, EventQueues queues, AtomicLong held, EventSourceMapping mapping) {
    this.ports = ports;
    this.queues = queues;
    this.held = held;
    this.mapping = mapping;
    this.filter = SqsEvent.filter(mapping.settings().filters());
    this.starting = "Creating";
    this.slots = new CallSlots(first(mapping.settings()), ports.busy(), ports.nanoTime());
  }

  private static int first(EventSourceSettings settings) {
    return settings
        .pollers()
        .map(pollers -> pollers.minimum().orElse(LEAST_POLLERS) * BATCHES_PER_POLLER)
        .orElse(FIRST);
  }

  /**
   * Passes if a function may be called with a queue's messages.
   *
   * @throws MayflyException as Lambda refuses it
   */
  static void check(SourcePorts ports, EventQueues queues, EventSourceMapping mapping) {
    String arn = mapping.source().arn().orElse("");
    if (!arn.startsWith(
        "arn:aws:sqs:%s:%s:"
            .formatted(ports.catalog().account().region(), ports.catalog().account().id()))) {
      throw invalid(
          "The queue %s must be in the region and the account of its function.".formatted(arn));
    }
    var _ = SqsEvent.filter(mapping.settings().filters());
    FunctionConfig function =
        ports.function(mapping).orElseThrow(() -> invalid("Function does not exist"));
    denied(ports, mapping, function)
        .ifPresent(
            problem -> {
              throw invalid(problem);
            });
    EventQueue queue = queues.find(arn).orElseThrow(() -> invalid(Problems.NO_QUEUE));
    if (queue.visibility().compareTo(function.timeout()) < 0) {
      throw invalid(
          "Queue visibility timeout: %d seconds is less than Function timeout: %d seconds"
              .formatted(queue.visibility().toSeconds(), function.timeout().toSeconds()));
    }
  }

  /** What Lambda says of a source that cannot be read. */
  private static final class Problems {
    static final String NO_QUEUE =
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.";
    static final String NO_PERMISSION =
        "The provided execution role does not have permissions to call %s on SQS";
    static final String NO_FUNCTION = "Function does not exist";

    private Problems() {}
  }

  private static Optional<String> denied(
      SourcePorts ports, EventSourceMapping mapping, FunctionConfig function) {
    for (String action : List.of("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")) {
      if (!ports
          .permissions()
          .allows(function.settings().role(), "sqs:" + action, mapping.source().arn().orElse(""))) {
        return Optional.of(Problems.NO_PERMISSION.formatted(action));
      }
    }
    return Optional.empty();
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }

  @Override
  public EventSourceMapping mapping() {
    return mapping;
  }

  @Override
  public synchronized void change(EventSourceMapping next) {
    if (!next.settings().filters().equals(mapping.settings().filters())) {
      filter = SqsEvent.filter(next.settings().filters());
    }
    boolean wasRunning = pump != null;
    mapping = next;
    if (next.enabled() && !wasRunning && !stopped) {
      started = false;
      Thread before = last;
      Thread thread =
          Thread.ofVirtual().name("source-" + next.uuid()).unstarted(() -> pumpAfter(before));
      // It runs as long as it stands here.
      pump = thread;
      last = thread;
      thread.start();
    } else if (!next.enabled()) {
      if (wasRunning) {
        starting = "Enabling";
      }
      pump = null;
    }
    signal.release();
  }

  @Override
  public synchronized void stop() {
    stopped = true;
    pump = null;
    signal.release();
  }

  @Override
  public void interrupt(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    Thread gathering = last;
    if (gathering != null && !joined(gathering, end)) {
      return;
    }
    batches.forEach(Thread::interrupt);
    for (Thread batch : batches) {
      if (!joined(batch, end)) {
        return;
      }
    }
  }

  /** Waits for a thread's end until then; false if this one is interrupted. */
  private static boolean joined(Thread thread, long end) {
    try {
      var _ = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public boolean busy() {
    return slots.taken() > 0;
  }

  @Override
  public Status status() {
    if (!mapping.enabled()) {
      return new Status(busy() ? "Disabling" : "Disabled", lastResult);
    }
    return new Status(started ? "Enabled" : starting, lastResult);
  }

  /** One pump at a time: the one before may still be gathering. */
  private void pumpAfter(@Nullable Thread before) {
    try {
      if (before != null) {
        before.join();
      }
      pump();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump() {
    Thread me = Thread.currentThread();
    while (me.equals(pump)) {
      try {
        Duration wait = step();
        if (!wait.isZero()) {
          awaitSignal(wait);
        }
      } catch (RuntimeException e) {
        log.warn("messages of {} could not be received", mapping.source().arn().orElse(""), e);
        lastResult = Optional.of("PROBLEM: " + e.getMessage());
        awaitSignal(RETRY);
      }
    }
    hear(null);
  }

  private void awaitSignal(Duration most) {
    try {
      if (signal.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
        signal.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    }
  }

  /** Has one batch run, if there is one; how long to wait for a signal before the next. */
  private Duration step() {
    EventSourceMapping now = mapping;
    Optional<FunctionConfig> function = ports.function(now);
    Optional<EventQueue> queue = queues.find(now.source().arn().orElse(""));
    started = true;
    Optional<String> problem = problem(now, function, queue);
    if (problem.isPresent()) {
      lastResult = problem.map("PROBLEM: "::concat);
      hear(null);
      return RETRY;
    }
    EventQueue source = queue.orElseThrow();
    hear(source.messages());
    if ((held.get() > MOST_BYTES && !batches.isEmpty()) || slots.take(1, most(now)) == 0) {
      return CallSlots.PERIOD;
    }
    List<Delivery> messages = List.of();
    Instant received = ports.clock().instant();
    try {
      messages = gather(source, now.settings());
    } finally {
      if (messages.isEmpty()) {
        slots.giveBack(1);
        slots.idle();
      }
    }
    if (messages.isEmpty()) {
      return LOOK;
    }
    if (stopped) {
      messages.forEach(
          message -> source.messages().changeVisibility(message.receipt(), Duration.ZERO));
      slots.giveBack(1);
      return RETRY;
    }
    start(new SqsBatch(ports, source, now, filter, slots, messages, received), bytes(messages));
    return Duration.ZERO;
  }

  private Optional<String> problem(
      EventSourceMapping now, Optional<FunctionConfig> function, Optional<EventQueue> queue) {
    if (function.isEmpty()) {
      return Optional.of(Problems.NO_FUNCTION);
    }
    if (queue.isEmpty()) {
      return Optional.of(Problems.NO_QUEUE);
    }
    long nanos = ports.nanoTime().getAsLong();
    if (!asked || nanos - deniedAt >= RETRY.toNanos()) {
      denied = denied(ports, now, function.get());
      deniedAt = nanos;
      asked = true;
    }
    return denied;
  }

  /** A queue that was deleted and made again is another one. */
  private void hear(@Nullable MessageQueue queue) {
    if (Objects.equals(heard, queue)) {
      return;
    }
    AutoCloseable before = listening;
    listening = queue == null ? null : queue.whenReady(signal::release);
    heard = queue;
    if (before != null) {
      try {
        before.close();
      } catch (Exception e) {
        throw new IllegalStateException("a queue could not be left", e);
      }
    }
  }

  /** How many batches may run: what the mapping says, and what there is room for. */
  private int most(EventSourceMapping now) {
    EventSourceSettings settings = now.settings();
    int asked =
        settings
            .maximumConcurrency()
            .or(
                () ->
                    settings
                        .pollers()
                        .map(
                            pollers -> pollers.maximum().orElse(MOST_POLLERS) * BATCHES_PER_POLLER))
            .orElse(MOST_BATCHES);
    return Math.min(asked, ports.room(now.function()));
  }

  /** Receives up to a batch; waits for more, once it has the first, as long as the mapping says. */
  private List<Delivery> gather(EventQueue source, EventSourceSettings settings) {
    int most = settings.batchSize();
    long window = settings.window().orElse(Duration.ZERO).toNanos();
    List<Delivery> all = new ArrayList<>(Math.min(most, STEP));
    long bytes = 0;
    long end = 0;
    while (all.size() < most && bytes < GATHERED_BYTES) {
      long left = all.isEmpty() ? window : end - ports.nanoTime().getAsLong();
      int step = all.isEmpty() || bytes / all.size() > SMALL ? FIRST_STEP : STEP;
      List<Delivery> more =
          source
              .messages()
              .receive(
                  Math.min(step, most - all.size()),
                  source.visibility().plusNanos(Math.max(0, left)));
      if (all.isEmpty()) {
        end = ports.nanoTime().getAsLong() + window;
      }
      if (more.isEmpty()) {
        if (all.isEmpty() || left <= 0 || pump == null) {
          break;
        }
        awaitSignal(Duration.ofNanos(left));
      }
      all.addAll(more);
      for (Delivery message : more) {
        bytes += message.body().length;
      }
    }
    return all;
  }

  private static long bytes(List<Delivery> messages) {
    return messages.stream().mapToLong(message -> message.body().length).sum();
  }

  private void start(SqsBatch batch, long bytes) {
    held.addAndGet(bytes);
    Thread thread =
        Thread.ofVirtual()
            .name("batch-" + mapping.uuid())
            .unstarted(
                () -> {
                  try {
                    lastResult = Optional.of(batch.run());
                  } catch (RuntimeException e) {
                    lastResult = Optional.of("PROBLEM: " + e.getMessage());
                    log.warn("a batch of {} ended badly", mapping.source().arn().orElse(""), e);
                  } finally {
                    batches.remove(Thread.currentThread());
                    held.addAndGet(-bytes);
                    slots.giveBack(1);
                    signal.release();
                  }
                });
    batches.add(thread);
    thread.start();
  }
}
