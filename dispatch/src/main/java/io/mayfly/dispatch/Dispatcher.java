package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Brings invocations to instances: a warm one if there is one, a new one otherwise.
 *
 * <p>Runs on the caller's thread from beginning to end, and blocks it until the handler has
 * answered; callers are virtual threads. Functions share nothing but the account's concurrency,
 * which is one counter, so that no function waits for another.
 */
public final class Dispatcher implements AutoCloseable {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final InstanceStarter starter;
  private final KeepAlive keepAlive;
  private final int concurrency;
  private final UsageListener usages;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final FunctionPools pools;
  private final Semaphore slots;

  /**
   * Wires a dispatcher.
   *
   * @param concurrency the most invocations that run at the same time
   * @param nanoTime a monotonic clock in nanoseconds, such as {@link System#nanoTime}
   */
  public Dispatcher(
      FunctionSource functions,
      InstanceStarter starter,
      KeepAlive keepAlive,
      int concurrency,
      UsageListener usages,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.starter = starter;
    this.keepAlive = keepAlive;
    this.concurrency = concurrency;
    this.usages = usages;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.pools = new FunctionPools(functions);
    this.slots = new Semaphore(concurrency);
  }

  /** The most invocations that run at the same time. */
  public int concurrency() {
    return concurrency;
  }

  /** How many invocations run now. */
  public int running() {
    return concurrency - slots.availablePermits();
  }

  /** How many instances a function has, in whatever state. */
  public int instances(FunctionName function) {
    return pools.live(function);
  }

  /**
   * Runs a function once. What goes wrong inside its instance is a result; what keeps it from
   * running at all is thrown.
   *
   * @throws MayflyException if there is no such function, the account is at its concurrency, or no
   *     instance can be started
   */
  public InvokeResult invoke(InvokeRequest request) {
    if (!slots.tryAcquire()) {
      throw new MayflyException(
          ErrorCode.THROTTLED,
          "Rate Exceeded.",
          Map.of("Reason", "ConcurrentInvocationLimitExceeded"));
    }
    try {
      return invokeAdmitted(request);
    } finally {
      slots.release();
    }
  }

  private InvokeResult invokeAdmitted(InvokeRequest request) {
    while (true) {
      FunctionPool pool = pools.serving(request.function());
      switch (pool.claim()) {
        case FunctionPool.Claim.Warm warm -> {
          return call(request, pool, warm.instance(), Optional.empty());
        }
        case FunctionPool.Claim.Cold _ -> {
          return callCold(request, pool);
        }
        case FunctionPool.Claim.Retired _ -> {
          // An update came between; the next look finds the new revision's pool.
        }
      }
    }
  }

  private InvokeResult callCold(InvokeRequest request, FunctionPool pool) {
    Ready ready;
    try {
      ready = startReady(pool, Limits.INIT);
      if (ready.failure().isPresent() && ready.failure().get() instanceof Outcome.TimedOut) {
        // Lambda gives an init that took too long a second chance, within the function's timeout.
        ready.log().platformLine(initReport(ready.took(), "timeout", ""));
        ready = startReady(pool, pool.config().timeout());
      }
    } finally {
      pool.endStart();
    }
    return callCold(request, pool, ready);
  }

  private InvokeResult callCold(InvokeRequest request, FunctionPool pool, Ready ready) {
    if (ready.instance().isPresent()) {
      return call(request, pool, ready.instance().get(), Optional.of(ready.took()));
    }
    Outcome failure =
        Failures.ofStart(
            ready.failure().orElseThrow(), pool.config().runtime(), request.requestId());
    ready.log().platformLine(initReport(ready.took(), "error", Failures.errorType(failure)));
    FunctionConfig config = pool.config();
    ready.log().platformLine(startLine(request));
    InvokeResult.Usage usage =
        new InvokeResult.Usage(
            ready.took(),
            ceilMillis(ready.took()),
            config.memory(),
            ready.peak(),
            Optional.empty());
    return finish(request, config, failure, usage, ready.log());
  }

  /** What became of a start: an instance that is ready, or how it failed. */
  private record Ready(
      Optional<PooledInstance> instance,
      Optional<Outcome> failure,
      InstanceLog log,
      Duration took,
      DataSize peak) {}

  private Ready startReady(FunctionPool pool, Duration limit) {
    InstanceStarter.Started started;
    pool.addInstance();
    try {
      started = starter.start(pool.config());
    } catch (RuntimeException | Error e) {
      pool.gone(Optional.empty());
      throw e;
    }
    PooledInstance instance = new PooledInstance(started.instance(), started.log());
    // Before anything else can go wrong: whatever becomes of the instance, its end is counted.
    started
        .instance()
        .whenGone(
            () -> {
              started.log().close();
              pool.gone(Optional.of(instance));
            });
    long before = nanoTime.getAsLong();
    Optional<Outcome> failure;
    try {
      failure = started.instance().awaitReady(limit);
    } catch (RuntimeException | Error e) {
      instance.stop();
      throw e;
    }
    Duration took =
        failure.isPresent()
            ? Duration.ofNanos(nanoTime.getAsLong() - before)
            : started.instance().initDuration();
    return new Ready(
        failure.isPresent() ? Optional.empty() : Optional.of(instance),
        failure,
        started.log(),
        took,
        started.instance().peakMemory());
  }

  private InvokeResult call(
      InvokeRequest request, FunctionPool pool, PooledInstance pooled, Optional<Duration> init) {
    boolean ended = false;
    try {
      InvokeResult result = call(request, pool.config(), pooled, init);
      ended = true;
      return result;
    } finally {
      if (ended) {
        pool.giveBack(pooled, nanoTime.getAsLong());
      } else {
        // Nobody knows what it is doing.
        pooled.stop();
      }
    }
  }

  private InvokeResult call(
      InvokeRequest request,
      FunctionConfig config,
      PooledInstance pooled,
      Optional<Duration> init) {
    InstanceLog log = pooled.log();
    if (init.isEmpty()) {
      log.begin();
    }
    log.platformLine(startLine(request));
    long before = nanoTime.getAsLong();
    Outcome outcome =
        pooled
            .instance()
            .invoke(
                new Invocation(
                    request.requestId(),
                    request.payload(),
                    clock.instant().plus(config.timeout()),
                    request.functionArn(),
                    request.traceId(),
                    request.clientContext(),
                    Optional.empty()));
    Duration duration = Duration.ofNanos(nanoTime.getAsLong() - before);
    if (outcome instanceof Outcome.TimedOut) {
      duration = config.timeout();
    }
    InvokeResult.Usage usage =
        new InvokeResult.Usage(
            duration,
            ceilMillis(duration.plus(init.orElse(Duration.ZERO))),
            config.memory(),
            pooled.instance().peakMemory(),
            init);
    return finish(request, config, outcome, usage, log);
  }

  private InvokeResult finish(
      InvokeRequest request,
      FunctionConfig config,
      Outcome outcome,
      InvokeResult.Usage usage,
      InstanceLog log) {
    String reason = Failures.reason(outcome, config.timeout());
    if (!reason.isEmpty()) {
      log.platformLine(
          outcome instanceof Outcome.TimedOut
              ? "%s %s %s"
                  .formatted(
                      clock.instant().truncatedTo(ChronoUnit.MILLIS), request.requestId(), reason)
              : "RequestId: %s Error: %s".formatted(request.requestId(), reason));
    }
    log.platformLine("END RequestId: " + request.requestId());
    log.platformLine(ReportLine.of(request.requestId(), usage, outcome));
    usages.used(config.name(), usage);
    return new InvokeResult(
        request.requestId(),
        Failures.payload(outcome, request.requestId(), config.timeout()),
        outcome instanceof Outcome.Success ? Optional.empty() : Optional.of(outcome),
        outcome instanceof Outcome.Success success ? success.contentType() : "application/json",
        FunctionConfig.LATEST,
        log.tail(),
        usage);
  }

  private static String initReport(Duration took, String status, String errorType) {
    return String.format(
        Locale.ROOT,
        "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: %s%s",
        took.toNanos() / (double) NANOS_PER_MILLI,
        status,
        errorType.isEmpty() ? "" : "\tError Type: " + errorType);
  }

  private static String startLine(InvokeRequest request) {
    return "START RequestId: " + request.requestId() + " Version: " + FunctionConfig.LATEST;
  }

  private static Duration ceilMillis(Duration duration) {
    return Duration.ofMillis((duration.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }

  /**
   * Lets go of a function's instances that are not of the configuration that serves now: idle ones
   * at once, busy ones when their call ends. To be called after {@link FunctionSource} has changed.
   *
   * @return completes when none of them is left
   */
  public CompletableFuture<?> retire(FunctionName function) {
    return pools.retire(function);
  }

  /**
   * Stops instances that have been idle for longer than they are kept, and freezes the other idle
   * ones. Called every now and then.
   */
  public void stopIdle() {
    pools.stopIdle(keepAlive, nanoTime.getAsLong());
  }

  /** Lets go of all instances. */
  @Override
  public void close() {
    pools.close();
  }
}
