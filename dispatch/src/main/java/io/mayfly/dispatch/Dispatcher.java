package io.mayfly.dispatch;

import io.mayfly.model.ColdStart;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.Startup;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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

  /** Nobody's timer is further ahead, and the monotonic clock can still tell. */
  private static final Duration FAR_AHEAD = Duration.ofDays(36_500);

  private static final Duration MOST_PATIENCE = Duration.ofSeconds(1);

  private final InstanceStarter starter;
  private final CallListener calls;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final FunctionPools pools;
  private final IdleInstances idle;
  private final ConcurrencyLimits limits;
  private final Admission admission;

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
      ConcurrencyLimits limits,
      CallListener calls,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.starter = starter;
    this.calls = calls;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.pools = new FunctionPools(functions);
    this.idle = new IdleInstances(pools, keepAlive, nanoTime.getAsLong());
    this.limits = limits;
    this.admission = new Admission(limits);
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
   * Runs a function once. What goes wrong inside its instance is a result; what keeps it from
   * running at all is thrown.
   *
   * @throws MayflyException if there is no such function, it or the account is at its concurrency,
   *     or no instance can be started
   */
  public InvokeResult invoke(InvokeRequest request) {
    Admission.Ticket ticket = admission.enter(request.function());
    try {
      return invokeAdmitted(request);
    } finally {
      admission.leave(ticket);
    }
  }

  private InvokeResult invokeAdmitted(InvokeRequest request) {
    while (true) {
      FunctionPool pool = pools.serving(request.function());
      switch (pool.claim()) {
        case FunctionPool.Claim.Warm warm -> {
          return call(request, pool, warm.instance(), Duration.ZERO, Optional.empty());
        }
        case FunctionPool.Claim.Queued queued -> {
          if (queued.start()) {
            start(pool);
          }
          return callQueued(request, pool, queued.seat());
        }
        case FunctionPool.Claim.Retired _ -> {
          // An update came between; the next look finds the new revision's pool.
        }
      }
    }
  }

  private InvokeResult callQueued(InvokeRequest request, FunctionPool pool, Seat seat) {
    long before = nanoTime.getAsLong();
    return switch (await(pool, seat)) {
      case Seat.Given.Served served -> {
        long waited = nanoTime.getAsLong() - before;
        if (served.start().isEmpty()) {
          pool.waited(waited);
        }
        yield call(
            request,
            pool,
            served.instance(),
            Duration.ofNanos(waited),
            served.start().map(start -> cold(waited, start)));
      }
      case Seat.Given.NotStarted notStarted ->
          reportFailure(
              request, pool, notStarted.failure(), Duration.ofNanos(nanoTime.getAsLong() - before));
      case Seat.Given.Refused refused -> throw refused.why();
    };
  }

  /** The ledger of a call that has waited so many nanoseconds for an instance to be started. */
  private static ColdStart cold(long waited, Seat.Start start) {
    Duration queue = Duration.ofNanos(waited).minus(start.took());
    Duration place = start.took().minus(start.startup().total());
    Startup startup = start.startup();
    return new ColdStart(
        notBelowZero(queue),
        notBelowZero(place),
        startup.sandbox(),
        startup.code(),
        startup.runtime(),
        startup.init());
  }

  private static Duration notBelowZero(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  private Seat.Given await(FunctionPool pool, Seat seat) {
    Duration patience = pool.patience();
    while (true) {
      Optional<Seat.Given> given = seat.await(patience);
      if (given.isPresent()) {
        return given.get();
      }
      if (pool.startAfterAll(seat)) {
        start(pool);
      }
      patience = patience.multipliedBy(2);
      patience = patience.compareTo(MOST_PATIENCE) < 0 ? patience : MOST_PATIENCE;
    }
  }

  /** Starts an instance on a thread of its own: whoever is first in the queue then gets it. */
  private void start(FunctionPool pool) {
    start(pool, Initialization.ON_DEMAND);
  }

  private void start(FunctionPool pool, Initialization initialization) {
    Thread.ofVirtual()
        .name("start-" + pool.config().id())
        .start(() -> startFor(pool, initialization));
  }

  private void startFor(FunctionPool pool, Initialization initialization) {
    long before = nanoTime.getAsLong();
    StartResult result;
    try {
      result = startReady(pool, initialization, Limits.INIT);
      if (result instanceof StartResult.Failed failed
          && failed.outcome() instanceof Outcome.TimedOut) {
        // Lambda gives an init that took too long a second chance, within the function's timeout.
        failed.log().platformLine(initReport(failed.took(), "timeout", ""));
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

  private InvokeResult reportFailure(
      InvokeRequest request, FunctionPool pool, StartResult.Failed failed, Duration waited) {
    FunctionConfig config = pool.config();
    Outcome failure = Failures.ofStart(failed.outcome(), config.runtime(), request.requestId());
    failed.log().platformLine(initReport(failed.took(), "error", Failures.errorType(failure)));
    failed.log().platformLine(startLine(request, config));
    InvokeResult.Usage usage =
        new InvokeResult.Usage(
            failed.took(),
            ceilMillis(failed.took()),
            config.memory(),
            failed.peak(),
            waited,
            Optional.empty());
    return finish(request, config, failure, usage, failed.log());
  }

  private StartResult startReady(FunctionPool pool, Initialization initialization, Duration limit) {
    InstanceStarter.Started started;
    pool.addInstance();
    try {
      started = starter.start(pool.config(), initialization);
    } catch (RuntimeException | Error e) {
      pool.gone(Optional.empty());
      throw e;
    }
    Instance made = started.instance();
    PooledInstance instance =
        new PooledInstance(
            made, started.log(), pool.capacity(), initialization != Initialization.ON_DEMAND);
    // Before anything else can go wrong: whatever becomes of the instance, its end is counted.
    made.whenGone(
        () -> {
          started.log().close();
          pool.gone(Optional.of(instance));
        });
    long before = nanoTime.getAsLong();
    try {
      Optional<Outcome> failure = made.awaitReady(limit);
      return failure.isEmpty()
          ? new StartResult.Ready(instance, made.startup())
          : new StartResult.Failed(
              failure.get(),
              started.log(),
              Duration.ofNanos(nanoTime.getAsLong() - before),
              made.peakMemory());
    } catch (RuntimeException | Error e) {
      instance.stop();
      throw e;
    } finally {
      started.place().close();
    }
  }

  private InvokeResult call(
      InvokeRequest request,
      FunctionPool pool,
      PooledInstance pooled,
      Duration waited,
      Optional<ColdStart> cold) {
    long before = nanoTime.getAsLong();
    boolean good = false;
    boolean ended = false;
    try {
      InvokeResult result = run(request, pool, pooled, waited, cold);
      good = !(result.failure().orElse(null) instanceof Outcome.TimedOut);
      ended = true;
      return result;
    } finally {
      if (!ended) {
        // Nobody knows what it is doing.
        pooled.stop();
      }
      long now = nanoTime.getAsLong();
      if (pool.giveBack(pooled, now, now - before, good)) {
        start(pool);
      }
    }
  }

  private InvokeResult run(
      InvokeRequest request,
      FunctionPool pool,
      PooledInstance pooled,
      Duration waited,
      Optional<ColdStart> cold) {
    FunctionConfig config = pool.config();
    InstanceLog log = pooled.log();
    if (cold.isEmpty() && pool.capacity() == 1) {
      log.begin();
    }
    log.platformLine(startLine(request, config));
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
            ceilMillis(duration.plus(cold.map(ColdStart::initDuration).orElse(Duration.ZERO))),
            config.memory(),
            pooled.instance().peakMemory(),
            waited,
            cold);
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
    InvokeResult result =
        new InvokeResult(
            request.requestId(),
            Failures.payload(outcome, request.requestId(), config.timeout()),
            outcome instanceof Outcome.Success ? Optional.empty() : Optional.of(outcome),
            outcome instanceof Outcome.Success success ? success.contentType() : "application/json",
            config.id().version(),
            log.tail(),
            usage);
    calls.ended(config, result);
    return result;
  }

  private static String initReport(Duration took, String status, String errorType) {
    return String.format(
        Locale.ROOT,
        "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: %s%s",
        took.toNanos() / (double) NANOS_PER_MILLI,
        status,
        errorType.isEmpty() ? "" : "\tError Type: " + errorType);
  }

  private static String startLine(InvokeRequest request, FunctionConfig config) {
    return "START RequestId: " + request.requestId() + " Version: " + config.id().version();
  }

  private static Duration ceilMillis(Duration duration) {
    return Duration.ofMillis((duration.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
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
