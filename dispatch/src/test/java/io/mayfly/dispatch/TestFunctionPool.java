package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.Startup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sixteen callers of one function, each with a call at any time, in a time that is worked out. */
class TestFunctionPool {
  private static final int CALLERS = 16;
  private static final int PROCESSORS = 2;

  /** How long a call of a handler that computes takes, while so many are at work. */
  private static long computing(int atWork) {
    long work = 60_000 + 8_000L * Math.max(0, atWork - PROCESSORS);
    return work * Math.max(PROCESSORS, atWork) / PROCESSORS;
  }

  private record Running(PooledInstance instance, long waited, long began, long ends) {}

  private final DispatchHarness house =
      DispatchHarness.of((instance, invocation) -> new Outcome.TimedOut());
  private final FunctionPool pool =
      new FunctionPool(
          house.deploy(DispatchHarness.NAME), Optional.empty(), new Parallelism(PROCESSORS));
  private final PriorityQueue<Running> running =
      new PriorityQueue<>(Comparator.comparingLong(Running::ends));
  private IntToLongFunction took = TestFunctionPool::computing;
  private long now = 1;

  @AfterEach
  void close() {
    house.close();
  }

  private PooledInstance instance() {
    InstanceSpec spec =
        new InstanceSpec(
            "test",
            new RuntimeLaunch(List.of("x"), List.of(), Map.of(), RuntimeLaunch.Channel.RUNTIME_API),
            Path.of("/code"),
            Map.of(),
            DataSize.ofMegabytes(128),
            DataSize.ofMegabytes(512),
            1,
            (bytes, offset, length) -> {});
    return new PooledInstance(
        house.sandbox.start(spec), new InstanceLog((bytes, offset, length) -> {}), 1, false);
  }

  private void call() {
    FunctionPool.Claim claim =
        pool.claim(
            given -> {
              Seat.Given.Served served = (Seat.Given.Served) given;
              begin(served.instance(), served.waited().toNanos());
            },
            now);
    switch (claim) {
      case FunctionPool.Claim.Warm warm -> begin(warm.instance(), 0);
      case FunctionPool.Claim.Queued queued -> {
        if (queued.start()) {
          pool.started(new StartResult.Ready(instance(), Startup.NONE), now, 10_000_000);
        }
      }
      case FunctionPool.Claim.Retired _ -> throw new AssertionError("nobody retired it");
    }
  }

  private void begin(PooledInstance instance, long waited) {
    running.add(new Running(instance, waited, now, now + took.applyAsLong(running.size() + 1)));
  }

  /** The most that are at work at a time in the last tenth of so long a time. */
  private int runFor(Duration time) {
    long end = now + time.toNanos();
    int most = 0;
    while (now < end) {
      Running first = running.remove();
      now = first.ends();
      pool.giveBack(first.instance(), now, first.waited(), now - first.began(), true);
      call();
      most = end - now < time.toNanos() / 10 ? Math.max(most, running.size()) : 0;
    }
    return most;
  }

  private void callers() {
    for (int i = 0; i < CALLERS; i++) {
      call();
    }
    assertThat(pool.live() + running.size()).isEqualTo(CALLERS);
  }

  @Test
  void callsThatComputeTakeTurnsInFewOfTheInstances() {
    callers();
    assertThat(runFor(Duration.ofSeconds(20))).isLessThanOrEqualTo(PROCESSORS + 3);
  }

  @Test
  void nobodyWaitsForLongWhileAnInstanceIsIdle() {
    callers();
    runFor(Duration.ofSeconds(20));
    int atWork = running.size();
    assertThat(atWork).isLessThan(CALLERS);
    // None of those at work ends; whoever waits is looked after in the time of a start.
    assertThat(pool.look(now + 5_000_000).starts()).isZero();
    assertThat(running).hasSize(atWork);
    assertThat(pool.look(now + 200_000_000).starts()).isZero();
    assertThat(running).hasSize(CALLERS);
  }

  @Test
  void callsThatWaitForSomethingElseHaveAnInstanceEach() {
    took = atWork -> 2_000_000;
    callers();
    runFor(Duration.ofSeconds(20));
    assertThat(runFor(Duration.ofSeconds(20))).isEqualTo(CALLERS);
  }

  @Test
  void aStartThatIsRefusedEndsNoCallThatABusyInstanceCanServe() {
    call();
    List<Seat.Given> given = new ArrayList<>();
    assertThat(pool.claim(given::add, now))
        .isInstanceOfSatisfying(
            FunctionPool.Claim.Queued.class, queued -> assertThat(queued.start()).isTrue());
    pool.refused(new IllegalStateException("no memory"), now);
    assertThat(given).isEmpty();
    Running first = running.remove();
    pool.giveBack(first.instance(), now, 0, 1, true);
    assertThat(given).singleElement().isInstanceOf(Seat.Given.Served.class);
  }

  @Test
  void aStartThatIsRefusedEndsTheCallThatNothingElseCanServe() {
    List<Seat.Given> given = new ArrayList<>();
    assertThat(pool.claim(given::add, now)).isInstanceOf(FunctionPool.Claim.Queued.class);
    pool.refused(new IllegalStateException("no memory"), now);
    assertThat(given).singleElement().isInstanceOf(Seat.Given.Refused.class);
  }
}
