package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
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
 * <p>Runs on one thread, which takes a pool's lock for a few instructions as a call does. No call
 * waits for any of it, unless memory is so short that what is idle must go before an instance can
 * be started. Guarded by its monitor.
 */
final class IdleInstances {
  /** How often {@link #tend} is to be called. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  /** Lambda freezes at once; a moment later, busy functions need not be thawed for every call. */
  private static final Duration FREEZE_AFTER = Duration.ofSeconds(1);

  /** However little an instance takes by the books, its processes and disk are more. */
  private static final long LEAST_FREED = 1 << 20;

  /** How long what has been stopped may take to give its memory back. */
  static final Duration GOING = Duration.ofMillis(200);

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
  private final MemoryGuard memory;
  private final Map<FunctionVersion, Habits> known = new HashMap<>();

  /** The same of tenants, which is forgotten with their pools: bounded by these. */
  private final Map<PoolKey, Habits> tenants = new HashMap<>();

  /** When resting functions want an instance, the soonest first; each is in here once at most. */
  private final NavigableSet<Due> due = new TreeSet<>();

  /** What has been stopped for want of memory and may not have given it back yet. */
  private final Deque<Freed> going = new ArrayDeque<>();

  private final Queue<Tick> ticks = new ConcurrentLinkedQueue<>();
  private final LongAdder prewarmed = new LongAdder();
  private final LongAdder evicted = new LongAdder();
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

  private record Freed(long bytes, long at) {}

  IdleInstances(FunctionPools pools, KeepAlive keepAlive, MemoryGuard memory, long now) {
    this.pools = pools;
    this.keepAlive = keepAlive;
    this.memory = memory;
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

  /** How many instances have been stopped for want of memory. */
  long evicted() {
    return evicted.sum();
  }

  /** Of how many functions and tenants the habits are known. */
  synchronized int known() {
    return known.size() + tenants.size();
  }

  /**
   * Stops the idle instances that are not wanted any more, freezes the others, has those started
   * that will be wanted soon, and forgets pools without an instance.
   *
   * @param start starts an instance for a pool, in the background
   */
  synchronized void tend(Consumer<FunctionPool> start, long now) {
    for (Tick tick = ticks.poll(); tick != null; tick = ticks.poll()) {
      takeIn(tick, now);
    }
    wake(now);
    pools.forEachServing(pool -> tend(pool, start, now));
    pools.retireEmpty().forEach(function -> rest(function, now));
    tenants.keySet().removeIf(tenant -> !pools.has(tenant));
    forgetDeleted(now);
  }

  private void tend(FunctionPool pool, Consumer<FunctionPool> start, long now) {
    Habits habits = habits(pool, now);
    FunctionPool.Use use = look(habits, pool, now);
    InstanceDemand demand = habits.demand;
    InstanceDemand.Decision decision =
        demand.decide(use.idle() + use.starting(), now, ahead(habits));
    pool.keepIdle(decision.keep());
    int attempts = ATTEMPTS * (use.idle() + use.starting() + decision.start()) - habits.ahead;
    int starts = Math.clamp(attempts, 0, decision.start());
    if (starts > 0 && memory.plenty(demand.memory().times(starts))) {
      starts = pool.prewarm(starts);
      habits.ahead += starts;
      prewarmed.add(starts);
      for (int i = 0; i < starts; i++) {
        start.accept(pool);
      }
    }
    pool.freezeIdleSince(now - FREEZE_AFTER.toNanos()).ifPresent(demand::memory);
  }

  /** Shows the policy what was in use since the last look. */
  private static FunctionPool.Use look(Habits habits, FunctionPool pool, long now) {
    FunctionPool.Use use = pool.use(habits.lookedAt);
    habits.lookedAt = now;
    habits.start = use.start();
    habits.ahead = use.most() > 0 ? 0 : habits.ahead;
    habits.demand.observe(use.most(), use.now(), use.lastEnd(), now);
    return use;
  }

  /**
   * Stops idle instances until they have freed so much memory, those first that are expected to
   * save the fewest cold starts per byte and second. Never one that is busy or provisioned. What
   * was stopped within the last {@link #GOING} is counted as freed: whoever looks again before it
   * has gone is not to empty the warm set.
   *
   * @return how many bytes could not be freed
   */
  synchronized long evict(long bytes, long now) {
    while (!going.isEmpty() && now - going.getFirst().at() >= GOING.toNanos()) {
      going.removeFirst();
    }
    long missing = bytes - going.stream().mapToLong(Freed::bytes).sum();
    if (missing <= 0) {
      return 0;
    }
    PriorityQueue<Candidate> least =
        new PriorityQueue<>(Comparator.comparingDouble(Candidate::worth));
    pools.forEachServing(
        pool -> {
          Habits habits = habits(pool, now);
          int idle = look(habits, pool, now).idle();
          if (idle > 0) {
            least.add(new Candidate(pool, habits.demand, idle, now));
          }
        });
    while (missing > 0 && !least.isEmpty()) {
      Candidate candidate = least.remove();
      int stopped = candidate.pool().evictIdle(candidate.idle() - 1);
      if (stopped > 0) {
        evicted.add(stopped);
        long freed = stopped * Math.max(LEAST_FREED, candidate.demand().memory().bytes());
        going.addLast(new Freed(freed, now));
        missing -= freed;
        if (candidate.idle() > 1) {
          least.add(candidate.next(now));
        }
      }
    }
    return Math.max(0, missing);
  }

  /** The idle instance of a pool that would go next, and what it is worth. */
  private record Candidate(FunctionPool pool, InstanceDemand demand, int idle, double worth) {
    Candidate(FunctionPool pool, InstanceDemand demand, int idle, long now) {
      this(pool, demand, idle, demand.worth(idle, now));
    }

    Candidate next(long now) {
      return new Candidate(pool, demand, idle - 1, now);
    }
  }

  /** A start that is decided at the next look is over after so many nanoseconds. */
  private static long ahead(Habits habits) {
    return PERIOD.toNanos() + habits.start;
  }

  private void rest(FunctionVersion function, long now) {
    Habits habits = known.get(function);
    if (habits != null) {
      habits.demand.rest();
      int wanted = habits.demand.decide(0, now, ahead(habits)).start();
      if (habits.ahead < ATTEMPTS * wanted) {
        // There was no memory for it, or it has ended.
        enqueue(function, habits, OptionalLong.of(now + PERIOD.toNanos()));
      } else {
        await(function, habits, now);
      }
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
      var _ = pools.serving(function, Optional.empty());
      return true;
    } catch (MayflyException e) {
      return false;
    }
  }

  private void takeIn(Tick tick, long now) {
    try {
      Habits habits = habits(known, tick.function(), pools.config(tick.function()), now);
      habits.demand.expect(tick.at(), now);
      enqueue(tick.function(), habits, OptionalLong.of(now));
    } catch (MayflyException e) {
      // There is no such function any more.
    }
  }

  private Habits habits(FunctionPool pool, long now) {
    return pool.ofTenant()
        ? habits(tenants, pool.key(), pool.config(), now)
        : habits(known, pool.config().id(), pool.config(), now);
  }

  private <K> Habits habits(Map<K, Habits> all, K key, FunctionConfig config, long now) {
    Habits habits = all.get(key);
    if (habits == null) {
      InstanceDemand demand = new InstanceDemand(keepAlive, config.memory());
      habits = new Habits(demand, config.revisionId(), now - NOT_LOOKED_AT.toNanos());
      all.put(key, habits);
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
