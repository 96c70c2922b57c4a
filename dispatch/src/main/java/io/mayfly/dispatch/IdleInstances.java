package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the idle instances of all functions: every {@link #PERIOD} each pool is asked what
 * was in use, and the function's {@link InstanceDemand} says how many idle instances stay, which
 * go, and how many are started ahead of calls. Functions at zero rest: they cost what is known of
 * them, and those that are expected again a place in a queue of times.
 *
 * <p>No call waits for any of this. All of it but {@link #expect} and {@link #prewarmed} runs on
 * one thread, which takes a pool's lock for a few instructions as a call does.
 */
final class IdleInstances {
  /** How often {@link #tend} is to be called. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  /** Lambda freezes at once; a moment later, busy functions need not be thawed for every call. */
  private static final Duration FREEZE_AFTER = Duration.ofSeconds(1);

  private static final Duration FORGET_EVERY = Duration.ofMinutes(10);

  /** No pool is as old when it is first looked at. */
  private static final Duration NOT_LOOKED_AT = Duration.ofDays(1);

  /**
   * How often an instance is started ahead of a call that does not come: one that ends as soon as
   * it has started is not to be started for ever.
   */
  private static final int ATTEMPTS = 3;

  private final FunctionPools pools;
  private final KeepAlive keepAlive;
  private final Map<FunctionVersion, Habits> known = new HashMap<>();

  /** When resting functions want an instance, the soonest first; each is in here once at most. */
  private final NavigableSet<Due> due = new TreeSet<>();

  private final Queue<Tick> ticks = new ConcurrentLinkedQueue<>();
  private final LongAdder prewarmed = new LongAdder();
  private long forgottenAt;

  /** What is known of a function and of how far its pool has been looked at. */
  private static final class Habits {
    InstanceDemand demand;
    String revision;
    long lookedAt;

    /** How long a start takes, in nanoseconds. */
    long start;

    /** Instances that were started ahead since there was a call. */
    int ahead;

    @Nullable Due due;

    Habits(InstanceDemand demand, String revision, long lookedAt) {
      this.demand = demand;
      this.revision = revision;
      this.lookedAt = lookedAt;
    }
  }

  private record Due(long at, FunctionVersion function) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      // By difference, because a monotonic clock may begin anywhere and run over.
      int sooner = Long.signum(at - other.at);
      return sooner != 0 ? sooner : function.toString().compareTo(other.function.toString());
    }
  }

  private record Tick(FunctionVersion function, long at) {}

  IdleInstances(FunctionPools pools, KeepAlive keepAlive, long now) {
    this.pools = pools;
    this.keepAlive = keepAlive;
    this.forgottenAt = now;
  }

  /** A timer will call a function at this time. May be called by any thread. */
  void expect(FunctionVersion function, long at) {
    ticks.add(new Tick(function, at));
  }

  /** How many instances have been started ahead of calls. */
  long prewarmed() {
    return prewarmed.sum();
  }

  /**
   * Stops the idle instances that are not wanted any more, freezes the others, has those started
   * that will be wanted soon, and forgets pools without an instance.
   *
   * @param start starts an instance for a pool, in the background
   */
  void tend(Consumer<FunctionPool> start, long now) {
    for (Tick tick = ticks.poll(); tick != null; tick = ticks.poll()) {
      takeIn(tick, now);
    }
    wake(now);
    pools.forEachServing(pool -> tend(pool, start, now));
    pools.retireEmpty().forEach(function -> rest(function, now));
    forgetDeleted(now);
  }

  private void tend(FunctionPool pool, Consumer<FunctionPool> start, long now) {
    Habits habits = habits(pool.config(), now);
    FunctionPool.Use use = pool.use(habits.lookedAt);
    habits.lookedAt = now;
    habits.start = use.start();
    habits.ahead = use.most() > 0 ? 0 : habits.ahead;
    InstanceDemand demand = habits.demand;
    demand.observe(use.most(), use.now(), use.lastEnd(), now);
    InstanceDemand.Decision decision =
        demand.decide(use.idle() + use.starting(), now, ahead(habits));
    pool.keepIdle(decision.keep());
    int attempts = ATTEMPTS * (use.idle() + use.starting() + decision.start()) - habits.ahead;
    int starts = pool.prewarm(Math.clamp(attempts, 0, decision.start()));
    habits.ahead += starts;
    prewarmed.add(starts);
    for (int i = 0; i < starts; i++) {
      start.accept(pool);
    }
    pool.freezeIdleSince(now - FREEZE_AFTER.toNanos()).ifPresent(demand::memory);
  }

  /** A start that is decided at the next look is over after so many nanoseconds. */
  private static long ahead(Habits habits) {
    return PERIOD.toNanos() + habits.start;
  }

  private void rest(FunctionVersion function, long now) {
    Habits habits = known.get(function);
    if (habits != null) {
      habits.demand.rest();
      await(function, habits, now);
    }
  }

  private void await(FunctionVersion function, Habits habits, long now) {
    enqueue(function, habits, habits.demand.nextDecision(now, ahead(habits)));
  }

  private void enqueue(FunctionVersion function, Habits habits, OptionalLong at) {
    if (habits.due != null) {
      due.remove(habits.due);
      habits.due = null;
    }
    if (at.isPresent()) {
      habits.due = new Due(at.getAsLong(), function);
      due.add(habits.due);
    }
  }

  /** Makes pools for functions at zero that want an instance now. */
  private void wake(long now) {
    while (!due.isEmpty() && due.first().at() - now <= 0) {
      FunctionVersion function = due.first().function();
      Habits habits = known.get(function);
      if (habits == null) {
        due.pollFirst();
        continue;
      }
      await(function, habits, now);
      if (habits.demand.decide(0, now, ahead(habits)).start() > 0 && !canServe(function)) {
        forget(function);
      }
    }
  }

  private boolean canServe(FunctionVersion function) {
    try {
      var _ = pools.serving(function);
      return true;
    } catch (MayflyException e) {
      return false;
    }
  }

  private void takeIn(Tick tick, long now) {
    try {
      Habits habits = habits(pools.config(tick.function()), now);
      habits.demand.expect(tick.at());
      enqueue(tick.function(), habits, OptionalLong.of(now));
    } catch (MayflyException e) {
      // There is no such function any more.
    }
  }

  private Habits habits(FunctionConfig config, long now) {
    Habits habits = known.get(config.id());
    if (habits == null) {
      InstanceDemand demand = new InstanceDemand(keepAlive, config.memory());
      habits = new Habits(demand, config.revisionId(), now - NOT_LOOKED_AT.toNanos());
      known.put(config.id(), habits);
    } else if (!habits.revision.equals(config.revisionId())) {
      habits.demand = habits.demand.forNextRevision();
      habits.revision = config.revisionId();
    }
    return habits;
  }

  private void forgetDeleted(long now) {
    if (now - forgottenAt < FORGET_EVERY.toNanos()) {
      return;
    }
    forgottenAt = now;
    List.copyOf(known.keySet()).stream()
        .filter(function -> !exists(function))
        .forEach(this::forget);
  }

  private boolean exists(FunctionVersion function) {
    try {
      var _ = pools.config(function);
      return true;
    } catch (MayflyException e) {
      return false;
    }
  }

  private void forget(FunctionVersion function) {
    Habits habits = known.remove(function);
    if (habits != null && habits.due != null) {
      due.remove(habits.due);
    }
  }
}
