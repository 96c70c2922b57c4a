package io.mayfly.dispatch;

import static io.mayfly.dispatch.DispatchHarness.NAME;
import static io.mayfly.dispatch.DispatchHarness.success;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.dispatch.FakeSandbox.FakeInstance;
import io.mayfly.dispatch.FakeSandbox.Program;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Invocation;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.sandbox.MemoryState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class TestDispatcher {
  /** Calls stand here until the test lets them go on. */
  private static final class Gate implements Program {
    final Semaphore entered = new Semaphore(0);
    final Semaphore open = new Semaphore(0);

    @Override
    public Outcome answer(FakeInstance instance, Invocation invocation) {
      entered.release();
      open.acquireUninterruptibly();
      return success("\"" + instance.id() + "\"");
    }
  }

  private static String text(InvokeResult result) {
    return new String(result.payload(), StandardCharsets.UTF_8);
  }

  private static Program echo() {
    return (instance, invocation) -> success("\"" + instance.id() + "\"");
  }

  @Test
  void theFirstCallIsColdAndTheNextUsesTheSameInstanceWarm() {
    try (DispatchHarness house = DispatchHarness.of(echo())) {
      InvokeResult cold = house.invoke();
      InvokeResult warm = house.invoke();
      assertThat(text(cold)).isEqualTo("\"fake-0\"");
      assertThat(text(warm)).isEqualTo("\"fake-0\"");
      assertThat(cold.usage().init()).contains(Duration.ofMillis(12));
      assertThat(warm.usage().init()).isEmpty();
      assertThat(cold.failure()).isEmpty();
      assertThat(house.usages).hasSize(2);
    }
  }

  @Test
  void idleInstancesAreTakenNewestFirst() throws Exception {
    Gate gate = new Gate();
    try (DispatchHarness house = DispatchHarness.of(gate);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<InvokeResult>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(callers.submit(() -> house.invoke()));
        gate.entered.acquire();
      }
      gate.open.release(3);
      for (Future<InvokeResult> call : calls) {
        call.get();
      }
      // The pool's order is that of return; the last one back goes out first, again and again.
      gate.open.release(100);
      String newest = text(house.invoke());
      for (int i = 0; i < 5; i++) {
        assertThat(text(house.invoke())).isEqualTo(newest);
      }
      assertThat(house.sandbox.started).hasSize(3);
    }
  }

  @Test
  void aCrashedInstanceServesNobodyAgain() {
    try (DispatchHarness house =
        DispatchHarness.of((instance, invocation) -> new Outcome.Exited(1, false))) {
      InvokeResult first = house.invoke();
      InvokeResult second = house.invoke();
      assertThat(text(first))
          .isEqualTo(
              "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Error: Runtime exited with error: exit status 1\"}");
      assertThat(second.usage().init()).isPresent();
      assertThat(house.sandbox.started).hasSize(2);
      assertThat(house.dispatcher.instances(NAME)).isZero();
    }
  }

  @Test
  void aTimeoutIsReportedWithTheFunctionsOwnTimeoutAndEndsTheInstance() {
    try (DispatchHarness house =
        DispatchHarness.of((instance, invocation) -> new Outcome.TimedOut())) {
      InvokeResult result = house.invoke();
      assertThat(text(result)).contains("Sandbox.Timedout", "Task timed out after 3.00 seconds");
      assertThat(result.usage().duration()).isEqualTo(Duration.ofSeconds(3));
      assertThat(house.logged())
          .contains(
              "2026-03-01T12:00:00.123Z 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Task timed out after 3.00 seconds\n");
      assertThat(house.sandbox.present()).isZero();
    }
  }

  @Test
  void aHandlersErrorLeavesItsInstanceWarm() {
    byte[] error = "{\"errorMessage\":\"no\"}".getBytes(StandardCharsets.UTF_8);
    try (DispatchHarness house =
        DispatchHarness.of(
            (instance, invocation) -> new Outcome.HandlerError(error, Optional.of("E")))) {
      assertThat(house.invoke().payload()).isEqualTo(error);
      assertThat(house.invoke().usage().init()).isEmpty();
    }
  }

  @Test
  void aFailedInitIsTheCallsResultAndIsBilled() {
    byte[] error = "{\"errorType\":\"Runtime.ImportModuleError\"}".getBytes(StandardCharsets.UTF_8);
    Program broken =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            return Optional.of(
                new Outcome.InitError(error, Optional.of("Runtime.ImportModuleError")));
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            throw new IllegalStateException("never ready");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(broken)) {
      InvokeResult result = house.invoke();
      assertThat(result.payload()).isEqualTo(error);
      assertThat(result.failure()).isPresent();
      assertThat(house.logged())
          .containsSubsequence(
              "INIT_START",
              "INIT_REPORT Init Duration: 0.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError\n",
              "START RequestId",
              "END RequestId",
              "Status: error\tError Type: Runtime.ImportModuleError\n");
      assertThat(house.dispatcher.instances(NAME)).isZero();
    }
  }

  @Test
  void anInitThatTookTooLongGetsASecondChanceWithinTheFunctionsTimeout() {
    List<Duration> limits = new ArrayList<>();
    Program slow =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            limits.add(limit);
            return limits.size() == 1 ? Optional.of(new Outcome.TimedOut()) : Optional.empty();
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            return success("1");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(slow)) {
      assertThat(house.invoke().failure()).isEmpty();
      assertThat(limits).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(3));
      assertThat(house.logged()).contains("Phase: init\tStatus: timeout\n");
      assertThat(house.dispatcher.instances(NAME)).isEqualTo(1);
    }
  }

  @Test
  void aCallAboveTheAccountsConcurrencyIsThrottledWithItsReason() throws Exception {
    Gate gate = new Gate();
    try (DispatchHarness house = new DispatchHarness(2, spec -> gate);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = callers.submit(() -> house.invoke());
      Future<?> second = callers.submit(() -> house.invoke());
      gate.entered.acquire(2);
      assertThat(house.dispatcher.running()).isEqualTo(2);
      assertThatThrownBy(house::invoke)
          .isInstanceOfSatisfying(
              MayflyException.class,
              refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.THROTTLED);
                assertThat(refusal.code().status()).isEqualTo(429);
                assertThat(refusal.details())
                    .isEqualTo(Map.of("Reason", "ConcurrentInvocationLimitExceeded"));
              });
      gate.open.release(3);
      first.get();
      second.get();
      assertThat(house.invoke().failure()).isEmpty();
      assertThat(house.dispatcher.running()).isZero();
    }
  }

  @Test
  void anUpdateLetsARunningCallFinishOnTheOldCodeAndServesTheNextOnTheNew() throws Exception {
    Gate gate = new Gate();
    try (DispatchHarness house = DispatchHarness.of(gate);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InvokeResult> running = callers.submit(() -> house.invoke());
      gate.entered.acquire();
      house.deploy(NAME);
      CompletableFuture<?> drained = house.dispatcher.retire(NAME);
      gate.open.release();
      Future<InvokeResult> next = callers.submit(() -> house.invoke());
      gate.entered.acquire();
      running.get();
      drained.get();
      assertThat(house.sandbox.started.get(0).gone()).isTrue();
      assertThat(house.sandbox.started.get(1).spec.code()).hasFileName("code-2");
      gate.open.release();
      assertThat(next.get().failure()).isEmpty();
      assertThat(house.sandbox.started.get(1).gone()).isFalse();
    }
  }

  @Test
  void aRetirementWaitsForTheOldRevisionEvenIfACallHasOpenedTheNewOneFirst() throws Exception {
    Gate gate = new Gate();
    Program[] program = {gate};
    try (DispatchHarness house = new DispatchHarness(10, spec -> program[0]);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InvokeResult> running = callers.submit(() -> house.invoke());
      gate.entered.acquire();
      house.deploy(NAME);
      program[0] = echo();
      // This call comes between the change and the retirement.
      assertThat(text(house.invoke())).isEqualTo("\"fake-1\"");
      CompletableFuture<?> drained = house.dispatcher.retire(NAME);
      assertThat(drained).isNotDone();
      assertThat(text(house.invoke())).as("the new revision stays warm").isEqualTo("\"fake-1\"");
      gate.open.release();
      running.get();
      drained.get();
      assertThat(house.sandbox.started.get(0).gone()).isTrue();
    }
  }

  @Test
  void aRetirementWaitsForASecondStartOfAnAdmittedCall() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch retired = new CountDownLatch(1);
    List<Duration> limits = new ArrayList<>();
    Program slow =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            limits.add(limit);
            if (limits.size() == 2) {
              return Optional.empty();
            }
            loading.countDown();
            awaitQuietly(retired);
            return Optional.of(new Outcome.TimedOut());
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            return success("1");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(slow);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InvokeResult> call = callers.submit(() -> house.invoke());
      loading.await();
      house.functions.remove(NAME);
      CompletableFuture<?> drained = house.dispatcher.retire(NAME);
      CompletableFuture<Boolean> allGone =
          drained.thenApply(nothing -> house.sandbox.present() == 0 && limits.size() == 2);
      retired.countDown();
      assertThat(call.get().failure()).isEmpty();
      assertThat(allGone.get()).as("drained only after the second start").isTrue();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aDeletedFunctionsIdleInstancesGoAtOnce() {
    try (DispatchHarness house = DispatchHarness.of(echo())) {
      house.invoke();
      house.functions.remove(NAME);
      assertThat(house.dispatcher.retire(NAME)).isCompleted();
      assertThat(house.sandbox.present()).isZero();
      assertThatThrownBy(house::invoke).hasMessageContaining("not found");
    }
  }

  @Test
  void anIdleInstanceIsFrozenOnceBetweenCalls() {
    try (DispatchHarness house = DispatchHarness.of(echo())) {
      house.invoke();
      house.advance(Duration.ofMillis(900));
      house.dispatcher.tendIdle();
      FakeInstance instance = house.sandbox.started.getFirst();
      assertThat(instance.freezes).hasValue(0);
      house.advance(Duration.ofMillis(100));
      house.dispatcher.tendIdle();
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
      until(() -> instance.freezes.get() == 1);
      house.invoke();
      house.dispatcher.tendIdle();
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
      until(() -> instance.freezes.get() >= 2);
      assertThat(instance.freezes).hasValue(2);
      assertThat(house.sandbox.started).hasSize(1);
    }
  }

  @Test
  void anInstanceThatTakesLongToFreezeKeepsNobodyWaiting() {
    CountDownLatch thawing = new CountDownLatch(1);
    Program stubborn =
        new Program() {
          @Override
          public void freeze() {
            try {
              thawing.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            return success("1");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(stubborn)) {
      house.invoke();
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
      FakeInstance instance = house.sandbox.started.getFirst();
      house.sandbox.memory.set(
          new MemoryState(DataSize.ofMegabytes(4000), DataSize.ofMegabytes(199), false));
      assertThat(house.relieveMemory()).isTrue();
      assertThat(instance.gone()).isTrue();
      assertThat(instance.freezes).hasValue(0);
      thawing.countDown();
      until(() -> instance.freezes.get() == 1);
    }
  }

  @Test
  void anIdleInstanceIsKeptForItsTimeAndThenStopped() {
    try (DispatchHarness house = DispatchHarness.of(echo())) {
      house.invoke();
      house.advance(Duration.ofSeconds(59));
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.instances(NAME)).isEqualTo(1);
      house.invoke();
      house.advance(Duration.ofSeconds(59));
      house.dispatcher.tendIdle();
      assertThat(house.sandbox.present()).as("a call begins the time anew").isEqualTo(1);
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
      assertThat(house.sandbox.present()).isZero();
      assertThat(house.invoke().usage().init()).isPresent();
    }
  }

  @Test
  void aBusyInstanceIsNeverStoppedForIdleness() throws Exception {
    Gate gate = new Gate();
    try (DispatchHarness house = DispatchHarness.of(gate);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InvokeResult> call = callers.submit(() -> house.invoke());
      gate.entered.acquire();
      house.advance(Duration.ofHours(1));
      house.dispatcher.tendIdle();
      assertThat(house.sandbox.present()).isEqualTo(1);
      gate.open.release();
      assertThat(call.get().failure()).isEmpty();
    }
  }

  @Test
  void anInstanceThatDiesWhileIdleIsReplaced() {
    try (DispatchHarness house = DispatchHarness.of(echo())) {
      house.invoke();
      house.sandbox.started.getFirst().stop();
      assertThat(house.dispatcher.instances(NAME)).isZero();
      assertThat(text(house.invoke())).isEqualTo("\"fake-1\"");
    }
  }

  @Test
  void aFailureOfTheSandboxItselfLeavesNoInstanceBehind() {
    FakeSandbox.Program broken =
        new Program() {
          @Override
          public void take(Invocation invocation) {
            throw new IllegalStateException("the pipe broke");
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            throw new AssertionError("it has no event");
          }
        };
    try (DispatchHarness house = new DispatchHarness(10, spec -> broken)) {
      assertThatThrownBy(house::invoke).isInstanceOf(IllegalStateException.class);
      assertThat(house.sandbox.present()).isZero();
      assertThat(house.dispatcher.instances(NAME)).isZero();
      assertThat(house.dispatcher.running()).isZero();
    }
  }

  @Test
  void aMachineThatCannotStartAnInstanceLeavesNoneCounted() {
    try (DispatchHarness house =
        new DispatchHarness(
            10,
            spec -> {
              throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "no memory");
            })) {
      assertThatThrownBy(house::invoke).hasMessage("no memory");
      assertThat(house.dispatcher.instances(NAME)).isZero();
      house.functions.remove(NAME);
      assertThat(house.dispatcher.retire(NAME)).isCompleted();
    }
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // to be interrupted in the middle more often
  void manyCallsUpdatesAndDeathsNeverShareOrLoseAnInstance() throws Exception {
    Program restless =
        (instance, invocation) -> {
          Thread.yield();
          int luck = ThreadLocalRandom.current().nextInt(100);
          if (luck < 3) {
            return new Outcome.Exited(1, false);
          }
          if (luck < 5) {
            instance.stop();
          }
          return success("1");
        };
    FunctionVersion other = FunctionVersion.latest(new FunctionName("other"));
    List<CompletableFuture<?>> retirements = new ArrayList<>();
    AtomicInteger answered = new AtomicInteger();
    try (DispatchHarness house = new DispatchHarness(200, spec -> restless)) {
      house.deploy(other);
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> calls = new ArrayList<>();
        for (int caller = 0; caller < 200; caller++) {
          FunctionVersion name = caller % 3 == 0 ? other : NAME;
          calls.add(
              callers.submit(
                  () -> {
                    for (int i = 0; i < 50; i++) {
                      house.invoke(name);
                      answered.incrementAndGet();
                    }
                  }));
        }
        while (answered.get() < 9_000) {
          house.deploy(NAME);
          retirements.add(house.dispatcher.retire(NAME));
          house.advance(Duration.ofSeconds(30));
          house.dispatcher.tendIdle();
          Thread.yield();
        }
        for (Future<?> call : calls) {
          call.get();
        }
      }
      assertThat(answered).hasValue(10_000);
      assertThat(house.sandbox.breaches).hasValue(0);
      // A start that nobody waits for any more may end after the last call.
      CompletableFuture.allOf(retirements.toArray(CompletableFuture[]::new)).get(20, SECONDS);
      until(
          () -> {
            house.advance(Duration.ofHours(1));
            house.dispatcher.tendIdle();
            return house.dispatcher.instances(NAME) + house.dispatcher.instances(other) == 0;
          });
      assertThat(house.sandbox.present()).isZero();
      assertThat(house.dispatcher.running()).isZero();
    }
  }
}
