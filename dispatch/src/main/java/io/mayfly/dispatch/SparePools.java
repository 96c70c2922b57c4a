package io.mayfly.dispatch;

import io.mayfly.model.MayflyException;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import java.time.Duration;
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
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);
  private static final System.Logger LOG = System.getLogger(SparePools.class.getName());

  private final Supplier<Sandbox> sandbox;
  private final int least;
  private final Duration pause;
  private final LongSupplier nanoTime;
  private final Map<SpareSpec, SparePool> pools = new ConcurrentHashMap<>();
  private final Semaphore makers = new Semaphore(Runtime.getRuntime().availableProcessors());
  private volatile Optional<Long> failedAt = Optional.empty();
  private volatile boolean closed;

  /**
   * Wires empty pools.
   *
   * @param sandbox may still be in the making
   * @param least how many spares a kind in use has; 0 for none ever
   * @param pause how long after a spare was taken the next is made: the cold start that took it
   *     needs the processors now
   * @param nanoTime a monotonic clock in nanoseconds
   */
  public SparePools(Supplier<Sandbox> sandbox, int least, Duration pause, LongSupplier nanoTime) {
    this.sandbox = sandbox;
    this.least = least;
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
    if (known != null) {
      return Optional.of(known);
    }
    if (least == 0 || closed || pools.size() >= KINDS) {
      return Optional.empty();
    }
    return Optional.of(
        pools.computeIfAbsent(
            kind, absent -> new SparePool(new SpareDemand(least, nanoTime.getAsLong()))));
  }

  private void refill(SpareSpec kind, SparePool pool) {
    long now = nanoTime.getAsLong();
    Optional<Long> failure = failedAt;
    if (failure.isPresent() && now - failure.get() < AFTER_FAILURE.toNanos()) {
      return;
    }
    for (int missing = pool.claimMissing(now); missing > 0; missing--) {
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
        pool.notMade();
      } else if (!spare.get().awaitPrepared(PATIENCE)) {
        pool.notMade();
        failed(kind, "it ended before it waited for a function");
      } else if (!pool.made(spare.get(), nanoTime.getAsLong() - before) || closed) {
        spare.get().stop();
      }
    } catch (MayflyException e) {
      pool.notMade();
      failed(kind, String.valueOf(e.getMessage()));
    } finally {
      makers.release();
    }
  }

  /** Functions start without spares meanwhile. */
  private void failed(SpareSpec kind, String why) {
    if (!closed) {
      failedAt = Optional.of(nanoTime.getAsLong());
      LOG.log(
          System.Logger.Level.WARNING,
          "no spare instance could be made of {0}: {1}",
          kind.launch().command(),
          why);
    }
  }

  /** Stops spares that nobody has wanted for long. Called every now and then. */
  public void stopUnused() {
    long now = nanoTime.getAsLong();
    pools.values().removeIf(pool -> pool.shrink(now));
  }

  @Override
  public void close() {
    closed = true;
    pools.values().forEach(SparePool::close);
  }
}
