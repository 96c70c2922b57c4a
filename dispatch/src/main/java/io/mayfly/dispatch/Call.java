package io.mayfly.dispatch;

import io.mayfly.model.ColdStart;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.Invocation;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.sandbox.Startup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way: it finds an instance or waits for one, has it handle the event, and gives it
 * back.
 *
 * <p>Nothing here waits. Each step runs on the thread that brings it about: the caller's, the one
 * that has an instance to give, the one that reads the answer. One follows from the other, so there
 * is nothing to guard.
 */
final class Call implements ResponseSink {
  private final Dispatcher house;
  private final InvokeRequest request;
  private final Admission.Ticket ticket;
  private final Optional<ResponseSink> caller;
  private final CompletableFuture<InvokeResult> result = new CompletableFuture<>();

  /** The response, if the handler streams it: made only then. */
  private volatile @Nullable StreamedAnswer streamed;

  /**
   * @param caller who takes a streamed response as it comes; empty to have it gathered
   */
  Call(
      Dispatcher house,
      InvokeRequest request,
      Admission.Ticket ticket,
      Optional<ResponseSink> caller) {
    this.house = house;
    this.request = request;
    this.ticket = ticket;
    this.caller = caller;
  }

  /**
   * Finds an instance, or a place in the queue.
   *
   * @return completes with what came of the call
   * @throws MayflyException if there is no such function, or it cannot be invoked
   */
  CompletableFuture<InvokeResult> place() {
    while (true) {
      FunctionPool pool = house.serving(request);
      long came = house.now();
      switch (pool.claim(given -> take(pool, given, came), came)) {
        case FunctionPool.Claim.Warm warm -> {
          run(pool, warm.instance(), Duration.ZERO, Optional.empty());
          return result;
        }
        case FunctionPool.Claim.Queued queued -> {
          if (queued.start()) {
            house.start(pool);
          }
          queued.look().ifPresent(wait -> house.lookAfter(pool, wait));
          return result;
        }
        case FunctionPool.Claim.Retired _ -> {
          // An update came between; the next look finds the new revision's pool.
        }
      }
    }
  }

  /** Something has come for a call that has been in the queue. */
  private void take(FunctionPool pool, Seat.Given given, long came) {
    switch (given) {
      case Seat.Given.Served served ->
          run(
              pool,
              served.instance(),
              served.waited(),
              served.start().map(start -> cold(served.waited(), start)));
      case Seat.Given.NotStarted notStarted -> {
        InvokeResult failed;
        try {
          Duration waited = Duration.ofNanos(house.now() - came);
          failed = house.reports().ofStart(request, pool.config(), notStarted.failure(), waited);
        } catch (RuntimeException | Error e) {
          fail(e);
          throw e;
        }
        succeed(failed);
      }
      case Seat.Given.Refused refused -> fail(refused.why());
    }
  }

  /** The ledger of a call that has waited so long for an instance to be started. */
  private static ColdStart cold(Duration waited, Seat.Start start) {
    Duration queue = waited.minus(start.took());
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

  private void run(
      FunctionPool pool, PooledInstance pooled, Duration waited, Optional<ColdStart> cold) {
    FunctionConfig config = pool.config();
    long taken = house.now();
    try {
      if (cold.isEmpty() && pool.capacity() == 1) {
        pooled.log().begin();
      }
      house.reports().start(request, config, pooled.log());
      Invocation invocation =
          new Invocation(
              request.requestId(),
              request.payload(),
              house.deadline(config),
              request.functionArn(),
              request.traceId(),
              request.clientContext(),
              Optional.empty(),
              request.tenant());
      long before = house.now();
      pooled
          .instance()
          .invoke(
              invocation,
              this,
              outcome -> answered(pool, pooled, waited, cold, taken, before, outcome));
    } catch (RuntimeException | Error e) {
      giveUp(pool, pooled, waited, taken, e);
    }
  }

  @Override
  public void begin(String contentType, Flow flow) {
    StreamedAnswer begun = new StreamedAnswer(contentType, flow, caller);
    streamed = begun;
    begun.begin();
  }

  @Override
  public void chunk(byte[] bytes) {
    streamed().chunk(bytes);
  }

  @Override
  public void end() {
    streamed().end();
  }

  private StreamedAnswer streamed() {
    return Optional.ofNullable(streamed).orElseThrow();
  }

  private void answered(
      FunctionPool pool,
      PooledInstance pooled,
      Duration waited,
      Optional<ColdStart> cold,
      long taken,
      long before,
      Outcome told) {
    StreamedAnswer stream = streamed;
    Outcome outcome = stream == null ? told : stream.over(told);
    InvokeResult made;
    try {
      Duration took = Duration.ofNanos(house.now() - before);
      made = house.reports().of(request, pool.config(), pooled, waited, cold, took, outcome);
    } catch (RuntimeException | Error e) {
      giveUp(pool, pooled, waited, taken, e);
      return;
    }
    boolean good = !(outcome instanceof Outcome.TimedOut);
    pooled.instance().afterCall(() -> giveBack(pool, pooled, waited, taken, good));
    succeed(made);
  }

  /** Nobody knows what the instance is doing. */
  private void giveUp(
      FunctionPool pool, PooledInstance pooled, Duration waited, long taken, Throwable why) {
    pooled.stop();
    giveBack(pool, pooled, waited, taken, false);
    fail(why);
  }

  private void giveBack(
      FunctionPool pool, PooledInstance pooled, Duration waited, long taken, boolean good) {
    long now = house.now();
    if (pool.giveBack(pooled, now, waited.toNanos(), now - taken, good)) {
      house.start(pool);
    }
  }

  private void succeed(InvokeResult made) {
    house.leave(ticket);
    result.complete(made);
  }

  private void fail(Throwable why) {
    house.leave(ticket);
    result.completeExceptionally(why);
  }
}
