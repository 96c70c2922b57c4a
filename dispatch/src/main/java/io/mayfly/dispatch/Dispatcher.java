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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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

  private final FunctionSource functions;
  private final InstanceStarter starter;
  private final KeepAlive keepAlive;
  private final int concurrency;
  private final UsageListener usages;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<FunctionName, FunctionPool> pools = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();

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
    this.functions = functions;
    this.starter = starter;
    this.keepAlive = keepAlive;
    this.concurrency = concurrency;
    this.usages = usages;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** The most invocations that run at the same time. */
  public int concurrency() {
    return concurrency;
  }

  /** How many invocations run now. */
  public int running() {
    return running.get();
  }

  /** How many instances a function has, in whatever state. */
  public int instances(FunctionName function) {
    FunctionPool pool = pools.get(function);
    return pool == null ? 0 : pool.live();
  }

  /**
   * Runs a function once. What goes wrong inside its instance is a result; what keeps it from
   * running at all is thrown.
   *
   * @throws MayflyException if there is no such function, the account is at its concurrency, or no
   *     instance can be started
   */
  public InvokeResult invoke(InvokeRequest request) {
    if (running.incrementAndGet() > concurrency) {
      running.decrementAndGet();
      throw new MayflyException(
          ErrorCode.THROTTLED,
          "Rate Exceeded.",
          Map.of("Reason", "ConcurrentInvocationLimitExceeded"));
    }
    try {
      return invokeAdmitted(request);
    } finally {
      running.decrementAndGet();
    }
  }

  private InvokeResult invokeAdmitted(InvokeRequest request) {
    while (true) {
      FunctionPool pool = pool(request.function());
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

  /** The pool of the revision that serves now, made on first use. */
  private FunctionPool pool(FunctionName name) {
    FunctionConfig config = functions.serving(name);
    FunctionPool found = pools.get(name);
    if (found != null && found.serves(config)) {
      return found;
    }
    // The configuration is read again inside: a retirement that follows its change sees this pool.
    List<FunctionPool> outdated = new ArrayList<>(1);
    FunctionPool current =
        pools.compute(
            name,
            (key, before) -> {
              FunctionConfig now = functions.serving(key);
              if (before != null && before.serves(now)) {
                return before;
              }
              if (before != null) {
                outdated.add(before);
              }
              return new FunctionPool(now);
            });
    outdated.forEach(Dispatcher::retireQuietly);
    return current;
  }

  private InvokeResult callCold(InvokeRequest request, FunctionPool pool) {
    Ready ready = startReady(pool, Limits.INIT);
    if (ready.failure().isPresent() && ready.failure().get() instanceof Outcome.TimedOut) {
      // Lambda gives an init that took too long a second chance, within the function's own timeout.
      ready.log().platformLine(initReport(ready.took(), "timeout", ""));
      pool.claimStart();
      ready = startReady(pool, pool.config().timeout());
    }
    return callCold(request, pool, ready);
  }

  private InvokeResult callCold(InvokeRequest request, FunctionPool pool, Ready ready) {
    if (ready.instance().isPresent()) {
      return call(request, pool, ready.instance().get(), Optional.of(ready.took()));
    }
    Outcome failure = ready.failure().orElseThrow();
    ready.log().platformLine(initReport(ready.took(), "error", Failures.errorType(failure)));
    FunctionConfig config = pool.config();
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
    try {
      started = starter.start(pool.config());
    } catch (RuntimeException e) {
      pool.gone(Optional.empty());
      throw e;
    }
    long before = nanoTime.getAsLong();
    Optional<Outcome> failure = started.instance().awaitReady(limit);
    Duration took =
        failure.isPresent()
            ? Duration.ofNanos(nanoTime.getAsLong() - before)
            : started.instance().initDuration();
    PooledInstance instance = new PooledInstance(started.instance(), started.log(), took);
    started.instance().whenGone(() -> pool.gone(Optional.of(instance)));
    return new Ready(
        failure.isPresent() ? Optional.empty() : Optional.of(instance),
        failure,
        started.log(),
        took,
        started.instance().peakMemory());
  }

  private InvokeResult call(
      InvokeRequest request, FunctionPool pool, PooledInstance pooled, Optional<Duration> init) {
    FunctionConfig config = pool.config();
    InstanceLog log = pooled.log();
    if (init.isEmpty()) {
      log.begin();
    }
    log.platformLine(
        "START RequestId: %s Version: %s".formatted(request.requestId(), FunctionConfig.LATEST));
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
    InvokeResult result = finish(request, config, outcome, usage, log);
    pool.giveBack(pooled, nanoTime.getAsLong());
    return result;
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
              ? "%s %s %s".formatted(clock.instant(), request.requestId(), reason)
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
    return "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: %s%s"
        .formatted(
            took.toNanos() / (double) NANOS_PER_MILLI,
            status,
            errorType.isEmpty() ? "" : "\tError Type: " + errorType);
  }

  private static Duration ceilMillis(Duration duration) {
    return Duration.ofMillis((duration.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }

  /**
   * Lets go of a function's instances: idle ones now, busy ones when their call ends. To be called
   * after {@link FunctionSource} has changed.
   *
   * @return completes when none that was there is left
   */
  public CompletableFuture<?> retire(FunctionName function) {
    FunctionPool removed = pools.remove(function);
    return removed == null ? CompletableFuture.completedFuture(null) : removed.retire();
  }

  /**
   * Stops instances that have been idle for longer than they are kept. Called every now and then.
   */
  public void stopIdle() {
    long now = nanoTime.getAsLong();
    for (Map.Entry<FunctionName, FunctionPool> entry : pools.entrySet()) {
      FunctionPool pool = entry.getValue();
      pool.stopIdleSince(now - keepAlive.idleTime(entry.getKey()).toNanos());
    }
    pools.values().removeIf(FunctionPool::retireIfEmpty);
  }

  /** Nobody waits for this one: its busy instances go with their calls. */
  private static void retireQuietly(FunctionPool pool) {
    var _ = pool.retire();
  }

  /** Lets go of all instances. */
  @Override
  public void close() {
    pools.values().forEach(Dispatcher::retireQuietly);
    pools.clear();
  }
}
