package io.mayfly.dispatch;

import static io.mayfly.dispatch.DispatchHarness.NAME;
import static io.mayfly.dispatch.DispatchHarness.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.dispatch.FakeSandbox.FakeInstance;
import io.mayfly.dispatch.FakeSandbox.Program;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.sandbox.MemoryState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What goes when memory is short. An idle instance is taken for its 33 MB once it is frozen. */
class TestEviction {
  private static final Program ANSWER = (instance, invocation) -> success("1");

  private static DispatchHarness house(Program program) {
    return new DispatchHarness(1000, spec -> program, KeepAlive.learning(Duration.ofMinutes(10)));
  }

  /** So many megabytes are available of 4,000; the reserve is 200. */
  private static void available(DispatchHarness house, long megabytes) {
    house.sandbox.memory.set(state(megabytes, false));
  }

  private static MemoryState state(long megabytes, boolean stalling) {
    return new MemoryState(DataSize.ofMegabytes(4000), DataSize.ofMegabytes(megabytes), stalling);
  }

  private static FunctionVersion deployed(DispatchHarness house, String name) {
    FunctionVersion function = FunctionVersion.latest(new FunctionName(name));
    house.deploy(function);
    return function;
  }

  private static void pass(DispatchHarness house, int seconds) {
    for (int second = 0; second < seconds; second++) {
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
    }
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void theLeastValuableGoFirstAndNoMoreThanAreNeeded() {
    try (DispatchHarness house = house(ANSWER)) {
      FunctionVersion often = deployed(house, "often");
      FunctionVersion rarely = deployed(house, "rarely");
      FunctionVersion once = deployed(house, "once");
      for (int call = 0; call < 50; call++) {
        house.invoke(often);
        if (call % 10 == 0) {
          house.invoke(rarely);
        }
        pass(house, 20);
      }
      house.invoke(once);
      house.invoke(often);
      house.invoke(rarely);
      pass(house, 10);
      assertThat(house.dispatcher.instances()).isEqualTo(3);

      available(house, 200);
      assertThat(house.relieveMemory()).isTrue();
      assertThat(house.dispatcher.evicted()).as("the reserve is there").isZero();

      available(house, 199);
      assertThat(house.relieveMemory()).isTrue();
      assertThat(house.dispatcher.evicted()).isEqualTo(1);
      assertThat(house.dispatcher.instances(often)).isEqualTo(1);

      house.advance(IdleInstances.GOING.minusMillis(1));
      assertThat(house.relieveMemory()).isTrue();
      assertThat(house.dispatcher.evicted()).as("what it had may not be back yet").isEqualTo(1);

      house.advance(Duration.ofMillis(1));
      assertThat(house.relieveMemory()).isTrue();
      assertThat(house.dispatcher.instances()).isEqualTo(1);
      assertThat(house.dispatcher.instances(often)).isEqualTo(1);

      house.advance(IdleInstances.GOING);
      available(house, 100);
      assertThat(house.relieveMemory()).as("33 MB are not 100").isFalse();
      assertThat(house.dispatcher.instances()).isZero();
    }
  }

  @Test
  void busyAndProvisionedInstancesStay() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore open = new Semaphore(0);
    Program waiting =
        (instance, invocation) -> {
          entered.release();
          open.acquireUninterruptibly();
          return success("1");
        };
    FunctionVersion kept = FunctionVersion.latest(new FunctionName("kept"));
    try (DispatchHarness house =
            new DispatchHarness(
                1000,
                spec -> spec.label().equals("kept") ? ANSWER : waiting,
                KeepAlive.learning(Duration.ofMinutes(10)));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      house.deploy(kept);
      house.provisioned.put(kept, 2);
      house.dispatcher.provision();
      until(() -> house.dispatcher.readiness(kept).ready() == 2);
      Future<InvokeResult> busy = callers.submit(() -> house.invoke());
      entered.acquire();
      available(house, 1);
      assertThat(house.relieveMemory()).isFalse();
      assertThat(house.dispatcher.evicted()).isZero();
      assertThat(house.dispatcher.instances()).isEqualTo(3);
      open.release();
      assertThat(busy.get().failure()).isEmpty();
      assertThat(house.relieveMemory()).isFalse();
      assertThat(house.dispatcher.instances()).as("it is idle now").isEqualTo(2);
    }
  }

  @Test
  void aCallIsServedWithWhatIdleInstancesGiveUp() {
    try (DispatchHarness house = house(ANSWER)) {
      FunctionVersion idle = deployed(house, "idle");
      house.invoke(idle);
      pass(house, 5);
      FakeInstance victim = house.sandbox.started.getFirst();
      available(house, 90);
      victim.whenGone(() -> available(house, 123));
      assertThat(house.invoke().failure()).isEmpty();
      assertThat(victim.gone()).isTrue();
      assertThat(victim.stoppedAtOnce).as("extensions are not told first").isTrue();
      assertThat(house.dispatcher.evicted()).isEqualTo(1);
    }
  }

  @Test
  void withoutMemoryACallIsRefusedWithWhatToDoAndServedOnceThereIsSome() {
    try (DispatchHarness house = house(ANSWER)) {
      available(house, 99);
      assertThatThrownBy(house::invoke)
          .isInstanceOfSatisfying(
              MayflyException.class,
              refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
                assertThat(refusal.code().retryable()).isTrue();
              })
          .hasMessageContainingAll("99 MB are left", "none below 100 MB", "Try again");
      assertThat(house.sandbox.started).isEmpty();
      assertThat(house.dispatcher.instances()).isZero();
      assertThat(house.dispatcher.running()).isZero();
      available(house, 100);
      assertThat(house.invoke().failure()).isEmpty();
    }
  }

  @Test
  void aWarmCallNeedsNoMemory() {
    try (DispatchHarness house = house(ANSWER)) {
      house.invoke();
      available(house, 0);
      assertThat(house.invoke().failure()).isEmpty();
      assertThat(house.sandbox.started).hasSize(1);
    }
  }

  @Test
  void nothingIsStartedAheadWhileMemoryIsShort() {
    try (DispatchHarness house = house(ANSWER)) {
      house.dispatcher.expect(NAME, house.now().plusSeconds(60));
      // 250 MB are the reserve and its margin; a function that was never called is taken for 128.
      available(house, 377);
      pass(house, 60);
      assertThat(house.dispatcher.prewarmed()).isZero();
      house.sandbox.memory.set(state(3000, true));
      pass(house, 1);
      assertThat(house.dispatcher.prewarmed()).as("processes wait for memory").isZero();
      available(house, 378);
      pass(house, 1);
      assertThat(house.dispatcher.prewarmed()).isEqualTo(1);
    }
  }

  @Test
  void whereThereIsPlentyOnlyEveryFifthTimeLooks() {
    AtomicInteger looks = new AtomicInteger();
    AtomicLong megabytes = new AtomicLong(5000);
    MemoryGuard guard =
        new MemoryGuard(
            () -> {
              looks.incrementAndGet();
              return new MemoryState(
                  DataSize.ofMegabytes(8000), DataSize.ofMegabytes(megabytes.get()), false);
            },
            DataSize.ofMegabytes(4096),
            () -> {});
    for (int time = 0; time < 10; time++) {
      assertThat(guard.missing()).isNotPositive();
    }
    guard.admit(missing -> {});
    assertThat(looks).as("nor does a start").hasValue(2);
    megabytes.set(399);
    assertThat(guard.missing()).isEqualTo(1 << 20);
    assertThat(guard.missing()).isEqualTo(1 << 20);
    assertThat(looks).hasValue(4);
    guard.admit(missing -> {});
    assertThat(looks).hasValue(5);
  }

  @Test
  void theReserveIsATwentiethWithinBoundsAndTwiceThatWhileProcessesWait() {
    for (var row :
        List.of(
            Map.entry(512, 128),
            Map.entry(4000, 200),
            Map.entry(8000, 400),
            Map.entry(64_000, 1024))) {
      DataSize total = DataSize.ofMegabytes(row.getKey());
      DataSize none = DataSize.ofMegabytes(0);
      long reserve = DataSize.ofMegabytes(row.getValue()).bytes();
      MemoryGuard calm =
          new MemoryGuard(() -> new MemoryState(total, none, false), total, () -> {});
      assertThat(calm.missing()).isEqualTo(reserve);
      MemoryGuard stalling =
          new MemoryGuard(() -> new MemoryState(total, none, true), total, () -> {});
      assertThat(stalling.missing()).isEqualTo(2 * reserve);
    }
  }
}
