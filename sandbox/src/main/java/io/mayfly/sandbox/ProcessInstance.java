package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.Invocation;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An instance as a tree of processes: {@code STARTING → READY → GONE}; ready it is idle, frozen, or
 * busy with as many calls as it takes at a time.
 *
 * <p>Threads: the caller's thread (virtual, as a rule) does the waiting in {@link #awaitReady}. An
 * answer comes on the thread that reads the runtime's connection, and is given on there. The pump's
 * thread learns that the first process has ended and is the only one to say GONE. The sandbox's
 * timer kills at deadlines. A virtual thread of its own then cleans up. Whoever first gives a
 * reason for the end ({@link #reason}) wins: a process that dies because its time was up has timed
 * out and not exited.
 */
final class ProcessInstance implements Instance {
  // How long the end of the processes may lag behind the end of the conversation with them.
  private static final Duration EXIT_LAG = Duration.ofSeconds(1);
  private static final Duration KILL_LAG = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger(ProcessInstance.class.getName());

  private enum State {
    STARTING,
    READY,
    GONE
  }

  private final String id;
  private final StartClock clock;

  /** Held by whoever begins a call or freezes, so that a call thaws what was frozen before it. */
  private final ReentrantLock freezing = new ReentrantLock();

  private boolean frozen;

  /** Calls that run now; at most {@link #callsAtATime}. */
  private int running;

  /** When the only call must be over. */
  private volatile Instant deadline = Instant.MAX;

  /** Set before anybody waits for it, and never for an instance that can have no extensions. */
  private volatile Optional<ExtensionPhases> attended = Optional.empty();

  /** Whether extensions are not to be told of its end. */
  private volatile boolean atOnce;

  private volatile int callsAtATime;
  private final DeadlineAlarm alarm;
  private final Launcher.Started process;
  private final RuntimeChannel channel;
  private final Containment containment;
  private final OutputPipe output;
  private final Pump pump;
  private final ScheduledExecutorService timer;

  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final AtomicReference<@Nullable Outcome> reason = new AtomicReference<>();

  /** Held by whoever kills the processes, and while the first of them is reaped. */
  private final Object dying = new Object();

  private boolean dead;
  private final CountDownLatch gone = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<Runnable> callbacks = new ArrayList<>();
  private volatile Startup startup = Startup.NONE;
  private volatile DataSize lastPeak = new DataSize(0);

  ProcessInstance(
      String id,
      long startedNanos,
      Launcher.Started process,
      RuntimeChannel channel,
      Containment containment,
      OutputPipe output,
      Pump pump,
      ScheduledExecutorService timer,
      int callsAtATime) {
    this.callsAtATime = callsAtATime;
    this.id = id;
    this.clock = new StartClock(startedNanos);
    this.process = process;
    this.channel = channel;
    this.containment = containment;
    this.output = output;
    this.pump = pump;
    this.timer = timer;
    this.alarm = new DeadlineAlarm(timer, this::expire);
  }

  /**
   * Has the pump watch the process. To be called once, when everything around the instance stands:
   * a process that ended at once is taken down by the pump's thread before this returns.
   */
  void watch() {
    clock.built();
    pump.watch(process.processDescriptor(), this::processEnded);
  }

  /**
   * Has it look after extensions. To be called before {@link #awaitReady}.
   *
   * @param startRuntime starts the runtime once they have registered; empty if it is started by
   *     itself
   */
  void attend(Extensions extensions, Optional<Runnable> startRuntime, ShutdownLimits limits) {
    extensions.whenFailed(this::kill);
    attended = Optional.of(new ExtensionPhases(extensions, startRuntime, containment, limits));
  }

  /** Hears what becomes of the processes of an instance with external extensions. */
  ReportPipe.Listener reports() {
    return attended
        .orElseThrow()
        .reports(status -> kill(ended(new Posix.ExitStatus(status, false))));
  }

  /** Its time begins again: a spare that was prepared long ago is given its function now. */
  void restart(InstanceSpec function) {
    clock.beginAgain();
    callsAtATime = function.callsAtATime();
    channel.callsAtATime(callsAtATime);
    output.divert(function.logs());
  }

  /** A spare has been given its function: what follows is the runtime's. */
  void given() {
    clock.built();
  }

  /**
   * Waits for something before the function's init, at most for {@code limit}; past it everything
   * is killed. False if it is killed, whatever for, or {@code wait} says why it is of no use.
   */
  boolean awaitBefore(Duration limit, Waiting waiting) {
    Future<?> alarm = killAfter(limit);
    try {
      Optional<Outcome> failure = waiting.await();
      failure.ifPresent(this::kill);
    } catch (RuntimeChannel.ChannelClosedException e) {
      kill(new Outcome.BadResponse(e.reason()));
    } finally {
      alarm.cancel(false);
    }
    return alive();
  }

  /** Something to wait for: empty if it came. */
  interface Waiting {
    Optional<Outcome> await() throws RuntimeChannel.ChannelClosedException;
  }

  /** Whether nothing has ended it yet. */
  boolean alive() {
    return reason.get() == null && state.get() != State.GONE;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Optional<Outcome> awaitReady(Duration limit) {
    channel.whenUncalled(this::kill);
    Future<?> alarm = killAfter(limit);
    try {
      Optional<Outcome> failure =
          attended.isPresent() ? attended.get().init(channel) : channel.awaitReady();
      output.drain();
      if (failure.isPresent()) {
        kill(failure.get());
        return attended.isPresent() ? Optional.ofNullable(reason.get()) : failure;
      }
      containment.ready();
      startup = clock.ready(channel.greeted());
      return state.compareAndSet(State.STARTING, State.READY)
          ? Optional.empty()
          : Optional.of(end("it ended while it got ready"));
    } catch (RuntimeChannel.ChannelClosedException e) {
      return Optional.of(end(e.reason()));
    } finally {
      alarm.cancel(false);
    }
  }

  @Override
  public void afterCall(Runnable next) {
    if (hasExtensions()) {
      attended.orElseThrow().whenSettled(next);
    } else {
      next.run();
    }
  }

  @Override
  public List<ExtensionStatus> extensions() {
    return attended.map(ExtensionPhases::statuses).orElse(List.of());
  }

  @Override
  public void invoke(Invocation invocation, ResponseSink stream, Consumer<Outcome> answer) {
    Instant until = invocation.deadline();
    Optional<Boolean> begun = beginNow(until);
    if (begun.isPresent()) {
      invoke(begun.get(), invocation, stream, answer);
      return;
    }
    // The kernel takes its time to freeze and to thaw.
    Thread.ofVirtual()
        .name("instance-" + id + "-thaw")
        .start(
            () -> {
              boolean there;
              try {
                there = begin(until);
              } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "instance " + id + " cannot be thawed", e);
                kill(new Outcome.BadResponse("it could not be thawed"));
                endLater("it could not be thawed", answer);
                return;
              }
              invoke(there, invocation, stream, answer);
            });
  }

  /** Gives the event to the runtime, if the instance is still there. */
  private void invoke(
      boolean there, Invocation invocation, ResponseSink stream, Consumer<Outcome> caller) {
    if (!there) {
      endLater("it is gone", caller);
      return;
    }
    boolean extended = hasExtensions();
    Consumer<Outcome> answer =
        extended ? attended.orElseThrow().invoke(invocation, caller) : caller;
    channel.invoke(
        invocation,
        stream,
        new RuntimeChannel.Answer() {
          @Override
          public void answered(Outcome outcome) {
            ProcessInstance.this.answered(outcome, answer);
          }

          @Override
          public void closed(RuntimeChannel.ChannelClosedException why) {
            afterCall(ProcessInstance.this::finish);
            endLater(why.reason(), answer);
          }
        });
    // Now that the channel knows the call: an alarm that rings before has not seen it.
    alarm.atLatest(invocation.deadline());
    if (extended && reason.get() != null) {
      // Killed meanwhile, perhaps before this call was among those to be answered.
      endLater("it was killed", answer);
    }
  }

  private void answered(Outcome outcome, Consumer<Outcome> answer) {
    try {
      output.drain();
      checkMemory();
    } catch (RuntimeException e) {
      // The call must have an answer all the same.
      LOG.log(System.Logger.Level.ERROR, "what instance " + id + " has left cannot be read", e);
      kill(new Outcome.BadResponse("its output cannot be read"));
    }
    if (outcome instanceof Outcome.BadResponse) {
      kill(outcome);
    }
    afterCall(this::finish);
    if (reason.get() == null) {
      answer.accept(outcome);
    } else {
      // An answer that was overtaken by the deadline is none: the processes are being killed.
      endLater("it was killed", answer);
    }
  }

  /** Says why the instance ended on a thread that may wait for it. */
  private void endLater(String otherwise, Consumer<Outcome> answer) {
    Thread.ofVirtual().name("instance-" + id + "-ended").start(() -> answer.accept(end(otherwise)));
  }

  private void finish() {
    freezing.lock();
    try {
      running--;
      deadline = Instant.MAX;
    } finally {
      freezing.unlock();
    }
  }

  /**
   * Ends what should have been over by now, and says when to look again. With one call at a time
   * that is the whole instance; with several, the others are not to die of one's deadline.
   */
  private Instant expire(Instant now) {
    if (callsAtATime > 1) {
      return channel.expire(now);
    }
    Instant due = deadline;
    if (now.isBefore(due)) {
      // No lock, which somebody may hold who freezes it.
      return due;
    }
    freezing.lock();
    try {
      if (!now.isBefore(deadline)) {
        // Under the lock: the call that this ends is still this one.
        kill(new Outcome.TimedOut());
        return Instant.MAX;
      }
      return deadline;
    } finally {
      freezing.unlock();
    }
  }

  /** The same as {@link #begin}, or empty if that would take a while. */
  private Optional<Boolean> beginNow(Instant until) {
    if (!freezing.tryLock()) {
      return Optional.empty();
    }
    try {
      return frozen ? Optional.empty() : Optional.of(begin(until));
    } finally {
      freezing.unlock();
    }
  }

  /** Counts a call; false if the instance is gone. */
  private boolean begin(Instant until) {
    freezing.lock();
    try {
      State now = state.get();
      if (now == State.GONE) {
        return false;
      }
      if (now == State.STARTING || running == callsAtATime) {
        throw new IllegalStateException(
            "instance %s is %s with %d calls of %d".formatted(id, now, running, callsAtATime));
      }
      running++;
      deadline = until;
      if (frozen) {
        containment.thaw();
        frozen = false;
      }
      return true;
    } finally {
      freezing.unlock();
    }
  }

  @Override
  public void freeze() {
    freezing.lock();
    try {
      if (frozen || running > 0 || state.get() != State.READY || reason.get() != null) {
        return;
      }
      containment.freeze();
      frozen = true;
      Outcome why = reason.get();
      if (why != null && killsAtOnce(why)) {
        // Killed meanwhile: the dead must run to die, and may have been stopped after that was
        // said. A shutdown thaws them itself.
        killProcesses();
      }
    } catch (MayflyException e) {
      // Its group went while it was being frozen.
      LOG.log(System.Logger.Level.DEBUG, "instance {0} could not be frozen: {1}", id, e);
    } finally {
      freezing.unlock();
    }
  }

  private Future<?> killAfter(Duration limit) {
    return timer.schedule(
        () -> kill(new Outcome.TimedOut()), Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
  }

  /**
   * Why the instance ended, once it has. A runtime that only closed its channel is given a moment
   * to exit, because its exit tells more, and is then killed for it.
   */
  private Outcome end(String otherwise) {
    Outcome early = reason.get();
    if (early != null && hasExtensions()) {
      // Nobody is to wait while its extensions take their time.
      return early;
    }
    if (!await(gone, EXIT_LAG)) {
      kill(new Outcome.BadResponse(otherwise));
      await(gone, KILL_LAG);
    }
    Outcome known = reason.get();
    return known == null ? new Outcome.BadResponse(otherwise) : known;
  }

  private static boolean await(CountDownLatch latch, Duration limit) {
    try {
      return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public Startup startup() {
    return startup;
  }

  @Override
  public boolean usable() {
    return state.get() == State.READY && reason.get() == null;
  }

  @Override
  public DataSize peakMemory() {
    return gone.getCount() == 0 ? lastPeak : containment.peakMemory();
  }

  @Override
  public void whenGone(Runnable callback) {
    synchronized (callbacks) {
      if (gone.getCount() > 0) {
        callbacks.add(callback);
        return;
      }
    }
    callback.run();
  }

  @Override
  public void stop() {
    kill(new Outcome.Exited(Posix.SIGKILL, true), Extensions.ShutdownReason.SPINDOWN);
  }

  @Override
  public void stopAtOnce() {
    atOnce = true;
    stop();
  }

  /** Stops and waits until every process has ended and what held them is free. */
  void stopAndWait() {
    stop();
    await(released, KILL_LAG);
  }

  void kill(Outcome why) {
    kill(
        why,
        why instanceof Outcome.TimedOut
            ? Extensions.ShutdownReason.TIMEOUT
            : Extensions.ShutdownReason.FAILURE);
  }

  private void kill(Outcome why, Extensions.ShutdownReason shutdown) {
    if (!reason.compareAndSet(null, why)) {
      return;
    }
    if (!killsAtOnce(why)) {
      Thread.ofVirtual()
          .name("instance-" + id + "-shutdown")
          .start(() -> shutDown(attended.orElseThrow(), shutdown));
    } else {
      killProcesses();
    }
  }

  /** Whether nobody is there who is to be told first, or no memory or time to do so. */
  private boolean killsAtOnce(Outcome why) {
    return atOnce || !hasExtensions() || why instanceof Outcome.OutOfMemory;
  }

  /** Whether there are extensions, which hear of its calls, and of its end in time. */
  private boolean hasExtensions() {
    return attended.isPresent() && attended.get().any();
  }

  /** Gives its extensions their time, and calls their answers at once. */
  private void shutDown(ExtensionPhases phases, Extensions.ShutdownReason why) {
    try {
      phases.shutDown(why, call -> endLater("it was killed", call), this::thaw);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "instance " + id + " cannot be shut down", e);
    } finally {
      killProcesses();
    }
  }

  private void thaw() {
    freezing.lock();
    try {
      if (frozen) {
        containment.thaw();
        frozen = false;
      }
    } finally {
      freezing.unlock();
    }
  }

  /** Never after the first process has been reaped: its descriptor's number may be another's. */
  private void killProcesses() {
    synchronized (dying) {
      if (dead) {
        return;
      }
      try {
        containment.kill();
      } catch (RuntimeException e) {
        // Its group has gone with its processes.
        LOG.log(System.Logger.Level.WARNING, "instance " + id + " could not be killed", e);
      }
    }
  }

  /**
   * Kills everything if memory ran out: the kernel chose one process, and what the others make of
   * it is nobody's answer. Runs on the pump's thread when the alarm is raised, and on an
   * invocation's, so that no answer can overtake it.
   */
  void checkMemory() {
    if (containment.memoryAlarm()) {
      kill(new Outcome.OutOfMemory());
    }
  }

  /** Runs once, on the pump's thread, when the first process has ended. */
  private void processEnded(long registration) {
    pump.forget(process.processDescriptor(), registration);
    Posix.ExitStatus status;
    synchronized (dying) {
      dead = true;
      status = Posix.reap(process.processDescriptor());
      Posix.close(process.processDescriptor());
    }
    output.close();
    lastPeak = containment.peakMemory();
    reason.compareAndSet(null, ended(status));
    state.set(State.GONE);
    List<Runnable> waiting;
    synchronized (callbacks) {
      gone.countDown();
      waiting = List.copyOf(callbacks);
    }
    Thread.ofVirtual()
        .name("instance-" + id + "-end")
        .start(
            () -> {
              try {
                channel.close();
                attended.ifPresent(ExtensionPhases::close);
              } finally {
                containment.release();
                released.countDown();
                waiting.forEach(Runnable::run);
              }
            });
  }

  private Outcome ended(Posix.ExitStatus status) {
    return containment.ranOutOfMemory() ? new Outcome.OutOfMemory() : exited(status);
  }

  /** A jail's first process passes its runtime's end on as a shell does: 128 plus the signal. */
  private static Outcome exited(Posix.ExitStatus status) {
    int signals = 64;
    if (status.signalled()) {
      return new Outcome.Exited(status.status(), true);
    }
    if (status.status() > 128 && status.status() <= 128 + signals) {
      return new Outcome.Exited(status.status() - 128, true);
    }
    return new Outcome.Exited(status.status(), false);
  }
}
