package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.TenantId;
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
 * The instances of one revision of one version of a function (of one tenant, if the function keeps
 * its tenants apart), and the queue of calls that wait for one. Idle ones are taken newest first,
 * so that the oldest fall away. A pool never serves another revision: an update makes a new pool
 * and retires this one, which still serves whom it has let in.
 *
 * <p>Guarded by its own lock, held for a few instructions; instances are started and stopped
 * outside of it.
 */
final class FunctionPool {
  private static final System.Logger LOG = System.getLogger(FunctionPool.class.getName());

  /** How long after a failed start another is made for nobody but provisioned concurrency. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  /** However quick starts are, nobody asks more often than this. */
  private static final long LEAST_PATIENCE_NANOS = 10_000_000;

  private static final long MOST_PATIENCE_NANOS = 1_000_000_000;

  private final FunctionConfig config;
  private final PoolKey key;
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Forecast forecast = new Forecast();
  private final Parallelism parallelism;

  private final OpenInstances instances = new OpenInstances();

  private final Deque<Seat> queue = new ArrayDeque<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /** Instances that are starting, idle, busy or not yet wholly gone. */
  private int live;

  /** How many instances there are to be before calls come. */
  private int provisioned;

  private Optional<String> startFailure = Optional.empty();
  private long startFailedAt;

  /** Starts under way, whether they have an instance yet or not. */
  private int starting;

  /** Calls that have an instance. */
  private int busy;

  /** Whether somebody is going to {@link #look}. */
  private boolean looking;

  private boolean retired;

  /**
   * @param tenant the only one whose calls it serves; empty for all calls of the function
   */
  FunctionPool(FunctionConfig config, Optional<TenantId> tenant, Parallelism parallelism) {
    this.config = config;
    this.key = new PoolKey(config.id(), tenant);
    this.parallelism = parallelism;
    this.capacity = config.callsPerInstance();
  }

  FunctionConfig config() {
    return config;
  }

  PoolKey key() {
    return key;
  }

  boolean ofTenant() {
    return key.tenant().isPresent();
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
    /** The call has an instance. */
    record Warm(PooledInstance instance) implements Claim {}

    /**
     * The call waits.
     *
     * @param start whether the caller has an instance started first
     * @param look when the caller is to see to it that somebody looks after those who wait; see
     *     {@link #nextLook}
     */
    record Queued(boolean start, Optional<Duration> look) implements Claim {}

    record Retired() implements Claim {}
  }

  /**
   * Takes an instance for a call, or a seat.
   *
   * @param taker takes what comes of a seat, on the thread that brings it
   */
  Claim claim(Consumer<Seat.Given> taker, long nanoTime) {
    lock.lock();
    try {
      if (retired) {
        return new Claim.Retired();
      }
      PooledInstance newest = roomForMore() ? takeNewest() : null;
      if (newest != null) {
        return new Claim.Warm(newest);
      }
      queue.addLast(new Seat(taker, nanoTime, Math.max(LEAST_PATIENCE_NANOS, forecast.start())));
      boolean start = betterToStart();
      if (start) {
        start();
      }
      return new Claim.Queued(start, nextLook(nanoTime));
    } finally {
      lock.unlock();
    }
  }

  /** Whether one more call at work would not only slow the others down. */
  private boolean roomForMore() {
    return busy < parallelism.limit();
  }

  /** Whether an instance is to be started for those in the queue. */
  private boolean betterToStart() {
    return unprovided() > 0 && roomForMore() && !forecast.betterToWait(unprovided(), busy);
  }

  private @Nullable PooledInstance takeNewest() {
    PooledInstance newest = instances.takeNewest();
    busy += newest == null ? 0 : 1;
    return newest;
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
   * if nobody waits or somebody looks anyway. Whoever is told has to {@link #look}.
   */
  private Optional<Duration> nextLook(long nanoTime) {
    if (looking || queue.isEmpty()) {
      return Optional.empty();
    }
    looking = true;
    long next = queue.stream().mapToLong(seat -> seat.untilLook(nanoTime)).min().orElseThrow();
    return Optional.of(Duration.ofNanos(Math.max(LEAST_PATIENCE_NANOS, next)));
  }

  /**
   * What comes of a look.
   *
   * @param starts how many instances the caller is to have started
   * @param next when to look again, as in {@link #nextLook}
   */
  record Look(int starts, Optional<Duration> next) {}

  /**
   * Looks after calls that have been waiting for long, because no forecast holds for ever and a
   * start that was meant for one may have failed: they get an idle instance if there is one.
   */
  Look look(long nanoTime) {
    List<Seat> served = new ArrayList<>();
    int starts = 0;
    Optional<Duration> next;
    lock.lock();
    try {
      looking = false;
      Iterator<Seat> waiting = queue.iterator();
      while (waiting.hasNext()) {
        Seat seat = waiting.next();
        if (seat.untilLook(nanoTime) > 0) {
          continue;
        }
        PooledInstance idle = takeNewest();
        if (idle != null) {
          waiting.remove();
          seat.give(served(seat, idle, Optional.empty(), nanoTime));
          served.add(seat);
          continue;
        }
        seat.looked(nanoTime, MOST_PATIENCE_NANOS);
        if (unprovided() > 0) {
          start();
          starts++;
        }
      }
      next = nextLook(nanoTime);
    } finally {
      lock.unlock();
    }
    goOn(served);
    return new Look(starts, next);
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
          instances.count(ready.instance());
          forecast.startTook(tookNanos);
          Seat.Start start = new Seat.Start(Duration.ofNanos(tookNanos), ready.startup());
          serveQueue(served, ready.instance(), Optional.of(start), nanoTime);
          keep = open(ready.instance(), nanoTime);
          ready.instance().ready(nanoTime);
          completeIfDrained();
        } finally {
          lock.unlock();
        }
        if (!keep) {
          ready.instance().stop();
        }
        goOn(served);
      }
      case StartResult.Failed failed ->
          notStarted(new Seat.Given.NotStarted(failed), "FUNCTION_ERROR_INIT_FAILURE", nanoTime);
    }
  }

  /**
   * No instance could be made; whoever has waited longest hears of it, unless there are calls at
   * work whose instances they can have.
   */
  void refused(RuntimeException why, long nanoTime) {
    lock.lock();
    try {
      if (busy > 0 && !queue.isEmpty()) {
        starting--;
        return;
      }
    } finally {
      lock.unlock();
    }
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

  /**
   * Gives room to those who have waited longest, who are to go on without the lock: in one
   * instance, which is in no list now, and then in those that are idle.
   *
   * @param start how that one was started, if it has only just been
   */
  private void serveQueue(
      List<Seat> served, PooledInstance one, Optional<Seat.Start> start, long nanoTime) {
    Optional<Seat.Start> news = start;
    while (!queue.isEmpty() && roomForMore()) {
      PooledInstance next = one.hasRoom() ? one : takeNewest();
      if (next == null) {
        return;
      }
      if (next == one) {
        instances.take(one);
        busy++;
      }
      Seat seat = queue.removeFirst();
      seat.give(served(seat, next, news, nanoTime));
      served.add(seat);
      news = Optional.empty();
    }
  }

  /** What goes wrong with one call is no reason for the others to wait for ever. */
  private static void goOn(List<Seat> served) {
    for (Seat seat : served) {
      try {
        seat.goOn();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "a call could not go on", e);
      }
    }
  }

  private Seat.Given served(
      Seat seat, PooledInstance instance, Optional<Seat.Start> start, long nanoTime) {
    long waited = seat.waited(nanoTime);
    if (start.isEmpty() && roomForMore()) {
      forecast.waited(waited);
    }
    return new Seat.Given.Served(instance, Duration.ofNanos(waited), start);
  }

  /** Leaves an instance to the next calls; false if it is to be stopped instead. */
  private boolean open(PooledInstance instance, long nanoTime) {
    if (instance.idle() && (retired || instance.leaving() || !instance.instance().usable())) {
      instances.remove(instance);
      return false;
    }
    if (instance.hasRoom() && !retired) {
      instances.add(instance, nanoTime);
    }
    return true;
  }

  /**
   * Takes an instance back after a call and gives it to the next. One that cannot serve again, or
   * whose pool is over, is stopped once it has no call any more.
   *
   * @param waitedNanos how long the call had waited for it
   * @param tookNanos how long the call had it
   * @param good false if the instance is to take no more calls
   * @return whether the caller is to have another started, because calls were waiting for this one
   */
  boolean giveBack(
      PooledInstance instance, long nanoTime, long waitedNanos, long tookNanos, boolean good) {
    List<Seat> served = new ArrayList<>(1);
    boolean keep;
    boolean start;
    lock.lock();
    try {
      if (capacity == 1) {
        parallelism.ended(nanoTime, waitedNanos, tookNanos, busy);
      }
      busy--;
      instance.end();
      forecast.callTook(tookNanos);
      if (!good) {
        instance.leave();
        instances.remove(instance);
      }
      serveQueue(served, instance, Optional.empty(), nanoTime);
      keep = open(instance, nanoTime);
      start = !keep && betterToStart();
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
    goOn(served);
    return start;
  }

  /** An instance that was counted is wholly gone, or never came to be. */
  void gone(Optional<PooledInstance> instance) {
    lock.lock();
    try {
      live--;
      instance.ifPresent(instances::remove);
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
      stopping = instances.clear();
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
      int missing =
          retired || justFailed ? 0 : Math.max(0, provisioned - instances.serving() - starting);
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
      return new Readiness(live * capacity, instances.serving() * capacity, startFailure);
    } finally {
      lock.unlock();
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
      List<PooledInstance> used = instances.usedSince(since);
      long lastEnd = since;
      for (PooledInstance instance : used) {
        lastEnd += Math.max(0, instance.idleSince() - lastEnd);
      }
      int idle = instances.idle();
      int inUse = Math.max(0, instances.serving() - idle);
      return new Use(inUse + used.size(), inUse, idle, starting, lastEnd, forecast.start());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has instances started ahead of calls, unless the last start failed.
   *
   * @return how many starts the caller is to make for that
   */
  int prewarm(int wanted) {
    lock.lock();
    try {
      int starts = retired || startFailure.isPresent() ? 0 : wanted;
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
    return keepIdle(most, PooledInstance::stop);
  }

  /** The same for want of memory, which they give back at once. */
  int evictIdle(int most) {
    return keepIdle(most, PooledInstance::stopAtOnce);
  }

  private int keepIdle(int most, Consumer<PooledInstance> stop) {
    List<PooledInstance> stopping;
    lock.lock();
    try {
      stopping = instances.removeIdle(most, provisioned);
    } finally {
      lock.unlock();
    }
    stopping.forEach(stop);
    return stopping.size();
  }

  /**
   * Has the instances frozen that have been idle since {@code nanoTime} or longer, without waiting:
   * the kernel may take seconds for one that makes processes all the time.
   *
   * @return what one of those has taken of memory that were not frozen before
   */
  Optional<DataSize> freezeIdleSince(long nanoTime) {
    List<PooledInstance> freezing;
    lock.lock();
    try {
      freezing = instances.markFrozen(nanoTime);
    } finally {
      lock.unlock();
    }
    // A call that comes between waits for the freezing and thaws; no instance freezes in a call.
    freezing.forEach(
        instance ->
            Thread.ofVirtual()
                .name("freeze-" + instance.instance().id())
                .start(instance.instance()::freeze));
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
