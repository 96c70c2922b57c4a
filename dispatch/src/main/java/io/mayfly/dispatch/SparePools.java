package io.mayfly.dispatch;

import io.mayfly.model.MayflyException;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Prewarmed instances: for each kind that functions have used of late, spares that wait for a
 * function, so that a cold start need not wait for a jail and a runtime. Pools are refilled in the
 * background, a few spares at a time. Safe for use by many threads.
 */
public final class SparePools implements AutoCloseable {
  /** How many kinds there may be; functions of yet others start without a spare. */
  private static final int KINDS = 32;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A function whose own spares nobody has wanted for so long gives them up for another's. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  /** How long none is made after memory was short. */
  private static final Duration HOLD = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger(SparePools.class.getName());

  private final Supplier<Sandbox> sandbox;
  private final int least;
  private final int owners;
  private final Duration pause;
  private final LongSupplier nanoTime;
  private final Map<SpareSpec, SparePool> pools = new ConcurrentHashMap<>();
  private final Semaphore makers = new Semaphore(Runtime.getRuntime().availableProcessors());
  private volatile boolean closed;
  private volatile boolean held;
  private long heldAt;

  /**
   * Wires empty pools.
   *
   * @param sandbox may still be in the making
   * @param least how many spares a kind in use has; 0 for none ever
   * @param owners how many functions may have a spare for themselves; these hold their memory for
   *     nobody else
   * @param pause how long after a spare was taken the next is made: the cold start that took it
   *     needs the processors now
   * @param nanoTime a monotonic clock in nanoseconds
   */
  public SparePools(
      Supplier<Sandbox> sandbox, int least, int owners, Duration pause, LongSupplier nanoTime) {
    this.sandbox = sandbox;
    this.least = least;
    this.owners = owners;
    this.pause = pause;
    this.nanoTime = nanoTime;
  }

  /** A spare of this kind, if there is one; there will be others soon. */
  Optional<Spare> take(SpareSpec kind) {
    Optional<SparePool> pool = pool(kind);
    Optional<Spare> spare = pool.flatMap(found -> found.take(nanoTime.getAsLong()));
    pool.ifPresentOrElse(found -> refill(kind, found), () -> foresee(kind));
    return spare;
  }

  /** Has spares of a kind made that may be wanted soon. */
  void expect(SpareSpec kind) {
    pool(kind)
        .ifPresentOrElse(
            pool -> {
              pool.expect(nanoTime.getAsLong());
              refill(kind, pool);
            },
            () -> foresee(kind));
  }

  /** Without spares an instance is started afresh, for which the sandbox can get ready as well. */
  private void foresee(SpareSpec kind) {
    if (!closed) {
      Thread.ofVirtual().name("mayfly-foresee").start(() -> sandbox.get().expect(kind));
    }
  }

  private Optional<SparePool> pool(SpareSpec kind) {
    SparePool known = pools.get(kind);
    if (known != null && !forgetOutlived(kind, known)) {
      return Optional.of(known);
    }
    if (least == 0 || closed || !roomFor(kind)) {
      return Optional.empty();
    }
    int few = kind.code().isPresent() ? 1 : least;
    return Optional.of(
        pools.computeIfAbsent(
            kind,
            absent -> new SparePool(new SpareDemand(few, nanoTime.getAsLong()), kind.code())));
  }

  /** Closes a pool whose code has gone; true if it has. */
  private boolean forgetOutlived(SpareSpec kind, SparePool pool) {
    if (!pool.outlivesCode()) {
      return false;
    }
    pools.remove(kind, pool);
    pool.close();
    return true;
  }

  private boolean roomFor(SpareSpec kind) {
    boolean own = kind.code().isPresent();
    List<SpareSpec> rivals =
        pools.keySet().stream().filter(other -> other.code().isPresent() == own).toList();
    return rivals.size() < (own ? owners : KINDS) || (own && makesRoom(rivals));
  }

  /** Takes its spares from the function that has wanted none for longest. */
  private boolean makesRoom(List<SpareSpec> rivals) {
    long now = nanoTime.getAsLong();
    SpareSpec quietest = null;
    long quiet = QUIET.toNanos();
    for (SpareSpec rival : rivals) {
      SparePool pool = pools.get(rival);
      if (pool != null && pool.unwantedNanos(now) > quiet) {
        quiet = pool.unwantedNanos(now);
        quietest = rival;
      }
    }
    SparePool leaving = quietest == null ? null : pools.remove(quietest);
    if (leaving == null) {
      return false;
    }
    leaving.close();
    return true;
  }

  private void refill(SpareSpec kind, SparePool pool) {
    if (held) {
      return;
    }
    for (int missing = pool.claimMissing(nanoTime.getAsLong()); missing > 0; missing--) {
      Thread.ofVirtual().name("mayfly-spare").start(() -> make(kind, pool));
    }
  }

  private void make(SpareSpec kind, SparePool pool) {
    LockSupport.parkNanos(pause.toNanos());
    makers.acquireUninterruptibly();
    try {
      long before = nanoTime.getAsLong();
      Optional<Spare> spare = closed ? Optional.empty() : sandbox.get().prepare(kind);
      if (spare.isEmpty()) {
        pool.failed(nanoTime.getAsLong());
      } else if (!spare.get().awaitPrepared(PATIENCE)) {
        failed(kind, pool, "it ended before it waited for a function");
      } else if (!pool.made(spare.get(), nanoTime.getAsLong() - before)) {
        spare.get().stop();
      } else if (closed || held) {
        // Not this very spare: a function may have it already.
        pool.stopReady();
      }
    } catch (MayflyException e) {
      failed(kind, pool, String.valueOf(e.getMessage()));
    } finally {
      makers.release();
    }
  }

  private void failed(SpareSpec kind, SparePool pool, String why) {
    pool.failed(nanoTime.getAsLong());
    if (!closed) {
      LOG.log(
          System.Logger.Level.WARNING,
          "no spare instance could be made of {0}: {1}",
          kind.launch().command(),
          why);
    }
  }

  /**
   * While memory is short no spare waits and none is made, nor for ten seconds after. To be called
   * by one thread, several times a second.
   *
   * @param hold whether it is
   */
  public void hold(boolean hold) {
    long now = nanoTime.getAsLong();
    if (hold) {
      heldAt = now;
      held = true;
      pools.values().forEach(SparePool::stopReady);
    } else if (held && now - heldAt >= HOLD.toNanos()) {
      held = false;
      pools.forEach(
          (kind, pool) -> {
            if (!forgetOutlived(kind, pool)) {
              refill(kind, pool);
            }
          });
    }
  }

  /**
   * Stops spares that nobody has wanted for long, and those of functions whose code has gone.
   * Called every now and then.
   */
  public void stopUnused() {
    long now = nanoTime.getAsLong();
    pools.forEach(this::forgetOutlived);
    pools.values().removeIf(pool -> pool.shrink(now));
  }

  @Override
  public void close() {
    closed = true;
    pools.values().forEach(SparePool::close);
  }
}
