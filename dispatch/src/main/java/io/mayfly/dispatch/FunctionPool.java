package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one revision of one version of a function, and the queue of calls that wait for
 * one. Idle ones are taken newest first, so that the oldest fall away. A pool never serves another
 * revision: an update makes a new pool and retires this one, which still serves whom it has let in.
 *
 * <p>Guarded by its own lock, held for a few instructions; instances are started and stopped
 * outside of it.
 */
final class FunctionPool {
  /** How long after a failed start another is made for nobody but provisioned concurrency. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  /** However quick starts are, nobody asks more often than this. */
  private static final long LEAST_PATIENCE_NANOS = 10_000_000;

  private static final long MOST_PATIENCE_NANOS = 1_000_000_000;

  private final FunctionConfig config;
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Forecast forecast = new Forecast();

  /** Instances that have room for a call, those that had one most lately first. */
  private final Deque<PooledInstance> open = new ArrayDeque<>();

  private final Deque<Seat> queue = new ArrayDeque<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /** Instances that are starting, idle, busy or not yet wholly gone. */
  private int live;

  /** Instances that have started and are not going. */
  private int serving;

  /** How many instances there are to be before calls come. */
  private int provisioned;

  private Optional<String> startFailure = Optional.empty();
  private long startFailedAt;

  /** Starts under way, whether they have an instance yet or not. */
  private int starting;

  /** Calls that have an instance. */
  private int busy;

  /** Whether somebody is going to {@link #startAfterAll}. */
  private boolean looking;

  private boolean retired;

  FunctionPool(FunctionConfig config) {
    this.config = config;
    this.capacity = config.callsPerInstance();
  }

  FunctionConfig config() {
    return config;
  }

  /** How many calls one of the instances takes at a time. */
  int capacity() {
    return capacity;
  }

  /** Whether this pool's instances are what {@code current} asks for. */
  boolean serves(FunctionConfig current) {
    return config.revisionId().equals(current.revisionId());
  }

  /** What a call got: an instance, a seat in the queue, or word that this pool is over. */
  sealed interface Claim {
    /**
     * The call has an instance.
     *
     * @param frozen whether it has to be thawed
     */
    record Warm(PooledInstance instance, boolean frozen) implements Claim {}

    /** The caller waits; {@code start} says whether it has an instance started first. */
    record Queued(boolean start) implements Claim {}

    record Retired() implements Claim {}
  }

  /**
   * Takes an instance for a call, or a seat.
   *
   * @param taker takes what comes of a seat, on the thread that brings it
   */
  Claim claim(Consumer<Seat.Given> taker) {
    lock.lock();
    try {
      if (retired) {
        return new Claim.Retired();
      }
      PooledInstance newest = firstOpen();
      if (newest != null) {
        return new Claim.Warm(newest, newest.frozen());
      }
      Seat seat = new Seat(taker, Math.max(LEAST_PATIENCE_NANOS, forecast.start()));
      queue.addLast(seat);
      boolean start = unprovided() > 0 && !forecast.betterToWait(unprovided(), busy);
      if (start) {
        start();
      }
      return new Claim.Queued(start);
    } finally {
      lock.unlock();
    }
  }

  /** Takes room in the instance that was used last, passing over those that have ended. */
  private @Nullable PooledInstance firstOpen() {
    for (PooledInstance first = open.peekFirst(); first != null; first = open.peekFirst()) {
      if (!first.hasRoom()) {
        open.removeFirst();
        continue;
      }
      occupy(first);
      return first;
    }
    return null;
  }

  private void occupy(PooledInstance instance) {
    instance.begin();
    busy++;
    if (!instance.hasRoom()) {
      open.remove(instance);
    }
  }

  /** How many of those in the queue no start under way has room for. */
  private int unprovided() {
    return queue.size() - starting * capacity;
  }

  private void start() {
    starting++;
    forecast.starting();
  }

  /**
   * When somebody is to look whether a call in the queue has waited for too long, from now; empty
   * if nobody waits or somebody looks anyway. Whoever is told has to {@link #startAfterAll}.
   */
  Optional<Duration> nextLook() {
    lock.lock();
    try {
      if (looking || queue.isEmpty()) {
        return Optional.empty();
      }
      looking = true;
      long next = queue.stream().mapToLong(Seat::untilLook).min().orElseThrow();
      return Optional.of(Duration.ofNanos(Math.max(LEAST_PATIENCE_NANOS, next)));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks after calls that have been waiting for long, because no forecast holds for ever and a
   * start that was meant for one may have failed.
   *
   * @return how many instances are to be started for them
   */
  int startAfterAll() {
    lock.lock();
    try {
      looking = false;
      int starts = 0;
      for (Seat seat : queue) {
        if (seat.untilLook() <= 0) {
          seat.looked(MOST_PATIENCE_NANOS);
          if (unprovided() > 0) {
            start();
            starts++;
          }
        }
      }
      return starts;
    } finally {
      lock.unlock();
    }
  }

  /** Counts an instance before it is started; {@link #gone} takes it off again. */
  void addInstance() {
    lock.lock();
    try {
      live++;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A start is over: the instance serves those who wait, as many as it has room for, or is idle. A
   * failure goes to whoever has waited longest, if anybody still does.
   */
  void started(StartResult result, long nanoTime, long tookNanos) {
    switch (result) {
      case StartResult.Ready ready -> {
        List<Seat> served = new ArrayList<>();
        boolean keep;
        lock.lock();
        try {
          starting--;
          startFailure = Optional.empty();
          serving++;
          ready.instance().counted(true);
          forecast.startTook(tookNanos);
          Optional<Seat.Start> start =
              Optional.of(new Seat.Start(Duration.ofNanos(tookNanos), ready.startup()));
          while (ready.instance().hasRoom() && !queue.isEmpty()) {
            served.add(occupyForFirst(ready.instance(), start));
            start = Optional.empty();
          }
          keep = open(ready.instance(), nanoTime);
          ready.instance().ready(nanoTime);
          completeIfDrained();
        } finally {
          lock.unlock();
        }
        if (!keep) {
          ready.instance().stop();
        }
        served.forEach(Seat::goOn);
      }
      case StartResult.Failed failed ->
          notStarted(new Seat.Given.NotStarted(failed), "FUNCTION_ERROR_INIT_FAILURE", nanoTime);
    }
  }

  /** No instance could be made; whoever has waited longest hears of it. */
  void refused(RuntimeException why, long nanoTime) {
    notStarted(new Seat.Given.Refused(why), String.valueOf(why.getMessage()), nanoTime);
  }

  private void notStarted(Seat.Given failure, String reason, long nanoTime) {
    Seat first;
    lock.lock();
    try {
      starting--;
      startFailure = Optional.of(reason);
      startFailedAt = nanoTime;
      first = queue.pollFirst();
      if (first != null) {
        first.give(failure);
      }
      completeIfDrained();
    } finally {
      lock.unlock();
    }
    if (first != null) {
      first.goOn();
    }
  }

  /** Gives room in an instance to whoever has waited longest, who is to go on without the lock. */
  private Seat occupyForFirst(PooledInstance instance, Optional<Seat.Start> start) {
    instance.begin();
    busy++;
    Seat first = queue.removeFirst();
    first.give(new Seat.Given.Served(instance, start));
    return first;
  }

  /** Leaves an instance to the next calls; false if it is to be stopped instead. */
  private boolean open(PooledInstance instance, long nanoTime) {
    if (instance.idle() && (retired || instance.leaving() || !instance.instance().usable())) {
      uncount(instance);
      return false;
    }
    if (instance.hasRoom() && !retired) {
      if (instance.idle()) {
        instance.idleSince(nanoTime);
      }
      open.remove(instance);
      open.addFirst(instance);
    }
    return true;
  }

  /**
   * Takes an instance back after a call and gives it to the next. One that cannot serve again, or
   * whose pool is over, is stopped once it has no call any more.
   *
   * @param tookNanos how long the call had it
   * @param good false if the instance is to take no more calls
   * @return whether the caller is to have another started, because calls were waiting for this one
   */
  boolean giveBack(PooledInstance instance, long nanoTime, long tookNanos, boolean good) {
    List<Seat> served = new ArrayList<>(1);
    boolean keep;
    boolean start;
    lock.lock();
    try {
      busy--;
      instance.end();
      forecast.callTook(tookNanos);
      if (!good) {
        instance.leave();
        uncount(instance);
        open.remove(instance);
      }
      while (instance.hasRoom() && !queue.isEmpty()) {
        served.add(occupyForFirst(instance, Optional.empty()));
      }
      keep = open(instance, nanoTime);
      start = !keep && unprovided() > 0 && !forecast.betterToWait(unprovided(), busy);
      if (start) {
        start();
      }
      completeIfDrained();
    } finally {
      lock.unlock();
    }
    if (!keep) {
      instance.stop();
    }
    served.forEach(Seat::goOn);
    return start;
  }

  /** A call has waited for an instance that others had. */
  void waited(long nanos) {
    lock.lock();
    try {
      forecast.waited(nanos);
    } finally {
      lock.unlock();
    }
  }

  /** An instance that was counted is wholly gone, or never came to be. */
  void gone(Optional<PooledInstance> instance) {
    lock.lock();
    try {
      live--;
      instance.ifPresent(
          gone -> {
            uncount(gone);
            open.remove(gone);
          });
      completeIfDrained();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets go of idle instances; busy ones go when their calls end. Completes when none is left.
   * Harmless when repeated.
   */
  CompletableFuture<Void> retire() {
    List<PooledInstance> stopping;
    lock.lock();
    try {
      retired = true;
      stopping = open.stream().filter(PooledInstance::idle).toList();
      open.clear();
      completeIfDrained();
    } finally {
      lock.unlock();
    }
    stopping.forEach(PooledInstance::stop);
    return drained;
  }

  /**
   * Sets for how many calls there are to be instances before these come.
   *
   * @return how many starts the caller is to make for that
   */
  int provision(int calls, long nanoTime) {
    lock.lock();
    try {
      provisioned = (calls + capacity - 1) / capacity;
      boolean justFailed =
          startFailure.isPresent() && nanoTime - startFailedAt < AFTER_FAILURE.toNanos();
      int missing = retired || justFailed ? 0 : Math.max(0, provisioned - serving - starting);
      for (int i = 0; i < missing; i++) {
        start();
      }
      return missing;
    } finally {
      lock.unlock();
    }
  }

  Readiness readiness() {
    lock.lock();
    try {
      return new Readiness(live * capacity, serving * capacity, startFailure);
    } finally {
      lock.unlock();
    }
  }

  private void uncount(PooledInstance instance) {
    if (instance.counted(false)) {
      serving--;
    }
  }

  /**
   * What was in use, and what is not.
   *
   * @param most instances in use at the same moment, since the time asked for
   * @param now instances in use now
   * @param lastEnd when the last of those was given back that are not
   * @param start how long a start takes, in nanoseconds
   */
  record Use(int most, int now, int idle, int starting, long lastEnd, long start) {}

  /** Tells what was in use since then. Idle ones are taken newest first, so no more than needed. */
  Use use(long since) {
    lock.lock();
    try {
      int idle = 0;
      int used = 0;
      long lastEnd = since;
      for (PooledInstance instance : open) {
        idle += instance.idle() ? 1 : 0;
        if (instance.usedSince(since)) {
          used++;
          lastEnd += Math.max(0, instance.idleSince() - lastEnd);
        }
      }
      int inUse = Math.max(0, serving - idle);
      return new Use(inUse + used, inUse, idle, starting, lastEnd, forecast.start());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has instances started ahead of calls, unless the last start failed.
   *
   * @return how many starts the caller is to make for that
   */
  int prewarm(int instances) {
    lock.lock();
    try {
      int starts = retired || startFailure.isPresent() ? 0 : instances;
      for (int i = 0; i < starts; i++) {
        start();
      }
      return starts;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops idle instances, the oldest first, but for so many and for those that are provisioned.
   *
   * @return how many
   */
  int keepIdle(int most) {
    List<PooledInstance> stopping = new ArrayList<>();
    lock.lock();
    try {
      long idle = open.stream().filter(PooledInstance::idle).count();
      Iterator<PooledInstance> oldest = open.descendingIterator();
      while (oldest.hasNext() && idle > most && serving > provisioned) {
        PooledInstance instance = oldest.next();
        if (instance.idle()) {
          oldest.remove();
          uncount(instance);
          stopping.add(instance);
          idle--;
        }
      }
    } finally {
      lock.unlock();
    }
    stopping.forEach(PooledInstance::stop);
    return stopping.size();
  }

  /**
   * Freezes the instances that have been idle since {@code nanoTime} or longer.
   *
   * @return what one of those has taken of memory that were not frozen before
   */
  Optional<DataSize> freezeIdleSince(long nanoTime) {
    List<PooledInstance> freezing = new ArrayList<>();
    lock.lock();
    try {
      for (PooledInstance instance : open) {
        if (instance.idle() && instance.idleSince() - nanoTime <= 0 && instance.markFrozen()) {
          freezing.add(instance);
        }
      }
    } finally {
      lock.unlock();
    }
    // A call that comes between waits for the freezing and thaws.
    freezing.forEach(instance -> instance.instance().freeze());
    return freezing.stream().findFirst().map(instance -> instance.instance().peakMemory());
  }

  /** Retires the pool if it has no instance, so that a function at zero costs nothing. */
  boolean retireIfEmpty() {
    lock.lock();
    try {
      if (live > 0 || starting > 0 || !queue.isEmpty() || provisioned > 0) {
        return false;
      }
      retired = true;
      completeIfDrained();
      return true;
    } finally {
      lock.unlock();
    }
  }

  int live() {
    lock.lock();
    try {
      return live;
    } finally {
      lock.unlock();
    }
  }

  private void completeIfDrained() {
    if (retired && live == 0 && starting == 0 && queue.isEmpty()) {
      drained.complete(null);
    }
  }
}
