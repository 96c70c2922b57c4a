package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.sandbox.Instance;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Brings invocations to instances: a warm one if there is one, a new one otherwise.
 *
 * <p>A call holds no thread while its handler works ({@link Call}); what has to wait, such as the
 * start of an instance, does so on a virtual thread of its own. Functions share nothing but the
 * account's concurrency, which is one counter, so that no function waits for another.
 */
public final class Dispatcher implements AutoCloseable {
  /** Nobody's timer is further ahead, and the monotonic clock can still tell. */
  private static final Duration FAR_AHEAD = Duration.ofDays(36_500);

  private final InstanceStarter starter;
  private final CallReports reports;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final FunctionPools pools;
  private final IdleInstances idle;
  private final MemoryGuard memory;
  private final ConcurrencyLimits limits;
  private final Admission admission;
  private final TenantQuota tenants;

  /**
   * Wires a dispatcher.
   *
   * @param limits how many invocations may run at the same time
   * @param nanoTime a monotonic clock in nanoseconds, such as {@link System#nanoTime}
   */
  public Dispatcher(
      FunctionSource functions,
      InstanceStarter starter,
      KeepAlive keepAlive,
      MemoryGuard memory,
      ConcurrencyLimits limits,
      CallListener calls,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.starter = starter;
    this.reports = new CallReports(calls, clock);
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.pools = new FunctionPools(functions);
    this.idle = new IdleInstances(pools, keepAlive, memory, nanoTime.getAsLong());
    this.memory = memory;
    this.limits = limits;
    this.admission = new Admission(limits);
    this.tenants = new TenantQuota(limits);
  }

  /** How many invocations run now. */
  public int running() {
    return admission.running();
  }

  /** How many instances there are, in whatever state. */
  public int instances() {
    return pools.live();
  }

  /** How many instances a version of a function has, in whatever state. */
  public int instances(FunctionVersion function) {
    return pools.live(function);
  }

  /** How far a version is with the instances it has before calls come. */
  public Readiness readiness(FunctionVersion version) {
    return pools.readiness(version);
  }

  /**
   * Has instances made that are to be there before calls come. To be called when {@link
   * ConcurrencyLimits#provisioned} has changed, and every now and then, because instances end.
   */
  public void provision() {
    pools.provision(
        limits.provisioned(),
        nanoTime.getAsLong(),
        pool -> start(pool, Initialization.PROVISIONED));
  }

  /**
   * Runs a function once, without waiting for it. What goes wrong inside its instance is a result;
   * what keeps it from running at all is thrown, here or from the future.
   *
   * @return completes on a thread that serves many calls: what follows from it must not block
   * @throws MayflyException if there is no such function, it or the account is at its concurrency,
   *     or no instance can be started
   */
  public CompletableFuture<InvokeResult> submit(InvokeRequest request) {
    return submit(request, Optional.empty());
  }

  /**
   * The same for a caller who reads the response as it comes, if the handler streams it.
   *
   * @throws MayflyException as {@link #submit} does
   */
  public StreamedResponse stream(InvokeRequest request) {
    StreamedResponse response = new StreamedResponse();
    var _ =
        submit(request, Optional.of(response.sink()))
            .whenComplete(
                (result, failure) -> {
                  if (failure == null) {
                    response.end(result);
                  } else {
                    response.fail(failure);
                  }
                });
    return response;
  }

  private CompletableFuture<InvokeResult> submit(
      InvokeRequest request, Optional<ResponseSink> caller) {
    Admission.Ticket ticket = admission.enter(request.function());
    try {
      return new Call(this, request, ticket, caller).place();
    } catch (RuntimeException | Error e) {
      admission.leave(ticket);
      throw e;
    }
  }

  /**
   * The same for a caller that waits, on a virtual thread. An interrupt is kept for later.
   *
   * @throws MayflyException as {@link #submit} does
   */
  public InvokeResult invoke(InvokeRequest request) {
    try {
      return submit(request).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  FunctionPool serving(InvokeRequest request) {
    return pools.serving(request.function(), request.tenant());
  }

  CallReports reports() {
    return reports;
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /** When a call that begins now must be over. */
  Instant deadline(FunctionConfig config) {
    return clock.instant().plus(config.timeout());
  }

  void leave(Admission.Ticket ticket) {
    admission.leave(ticket);
  }

  /**
   * Sees to it that calls in a pool's queue do not wait for something that never comes, without a
   * timer for each of them.
   */
  void lookAfter(FunctionPool pool, Duration wait) {
    CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
        .execute(
            () -> {
              FunctionPool.Look look = pool.look(nanoTime.getAsLong());
              for (int i = 0; i < look.starts(); i++) {
                start(pool);
              }
              look.next().ifPresent(next -> lookAfter(pool, next));
            });
  }

  /** Starts an instance on a thread of its own: whoever is first in the queue then gets it. */
  void start(FunctionPool pool) {
    start(pool, Initialization.ON_DEMAND);
  }

  private void start(FunctionPool pool, Initialization initialization) {
    Thread.ofVirtual()
        .name("start-" + pool.config().id())
        .start(() -> startFor(pool, initialization));
  }

  private void startFor(FunctionPool pool, Initialization initialization) {
    try {
      startOrRefuse(pool, initialization);
    } finally {
      forgetEmpty(pool);
    }
  }

  private void startOrRefuse(FunctionPool pool, Initialization initialization) {
    long before = nanoTime.getAsLong();
    StartResult result;
    try {
      result = startReady(pool, initialization, Limits.INIT);
      if (result instanceof StartResult.Failed failed
          && failed.outcome() instanceof Outcome.TimedOut) {
        // Lambda gives an init that took too long a second chance, within the function's timeout.
        CallReports.notInitialised(failed, "timeout", "");
        result = startReady(pool, initialization, pool.config().timeout());
      }
    } catch (RuntimeException e) {
      pool.refused(e, nanoTime.getAsLong());
      return;
    } catch (Error e) {
      pool.refused(
          new IllegalStateException("an instance could not be started", e), nanoTime.getAsLong());
      throw e;
    }
    long now = nanoTime.getAsLong();
    pool.started(result, now, now - before);
  }

  private StartResult startReady(FunctionPool pool, Initialization initialization, Duration limit) {
    InstanceStarter.Started started;
    memory.admit(missing -> idle.evict(missing, nanoTime.getAsLong()));
    addInstance(pool);
    try {
      started = starter.start(pool.config(), initialization);
    } catch (RuntimeException | Error e) {
      gone(pool, Optional.empty());
      throw e;
    }
    Instance made = started.instance();
    PooledInstance instance =
        new PooledInstance(
            made, started.log(), pool.capacity(), initialization != Initialization.ON_DEMAND);
    // Before anything else can go wrong: whatever becomes of the instance, its end is counted.
    made.whenGone(
        () -> {
          started.closeLog();
          gone(pool, Optional.of(instance));
        });
    long before = nanoTime.getAsLong();
    try {
      Optional<Outcome> failure = made.awaitReady(limit);
      CallReports.extensions(started.log(), made.extensions());
      if (failure.isEmpty()) {
        CallReports.initialised(started.log(), initialization, made.startup().total());
        return new StartResult.Ready(instance, made.startup());
      }
      return new StartResult.Failed(
          failure.get(),
          started.log(),
          initialization,
          Duration.ofNanos(nanoTime.getAsLong() - before),
          made.peakMemory());
    } catch (RuntimeException | Error e) {
      instance.stop();
      throw e;
    } finally {
      started.place().close();
    }
  }

  private void addInstance(FunctionPool pool) {
    if (pool.ofTenant()) {
      tenants.enter(pool.config().name());
    }
    pool.addInstance();
  }

  private void gone(FunctionPool pool, Optional<PooledInstance> instance) {
    pool.gone(instance);
    if (pool.ofTenant()) {
      tenants.leave(pool.config().name());
      forgetEmpty(pool);
    }
  }

  private void forgetEmpty(FunctionPool pool) {
    if (pool.ofTenant()) {
      pools.forgetEmpty(pool);
    }
  }

  /**
   * Lets go of the instances of a version that are not of the configuration that serves now: idle
   * ones at once, busy ones when their call ends. To be called after {@link FunctionSource} has
   * changed.
   *
   * @return completes when none of them is left
   */
  public CompletableFuture<?> retire(FunctionVersion function) {
    return pools.retire(function);
  }

  /**
   * Stops idle instances that are not wanted any more, freezes the others, and has those started
   * that will be wanted soon. To be called every second by one thread.
   */
  public void tendIdle() {
    idle.tend(pool -> start(pool, Initialization.PREWARMED), nanoTime.getAsLong());
    admission.tidy();
  }

  /**
   * A timer will call a function at this time, so an instance is to be ready then. Replaces the
   * time that was given before, if that has not come yet. A time that is over changes nothing.
   */
  public void expect(FunctionVersion function, Instant at) {
    Duration ahead = Duration.between(clock.instant(), at);
    if (!ahead.isNegative() && ahead.compareTo(FAR_AHEAD) < 0) {
      idle.expect(function, nanoTime.getAsLong() + ahead.toNanos());
    }
  }

  /**
   * Stops idle instances, the least valuable first, until so much memory is free again.
   *
   * @param missing how many bytes
   * @return how many bytes that did not free
   */
  public long evict(long missing) {
    return idle.evict(missing, nanoTime.getAsLong());
  }

  /** How many instances have been stopped for want of memory. */
  public long evicted() {
    return idle.evicted();
  }

  /** For how many functions and tenants something is held in memory beside their instances. */
  int remembered() {
    return pools.size() + idle.known();
  }

  /** How many instances have been started ahead of calls that were expected. */
  public long prewarmed() {
    return idle.prewarmed();
  }

  /** Lets go of all instances. */
  @Override
  public void close() {
    pools.close();
  }
}
