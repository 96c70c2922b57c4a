package io.mayfly.dispatch;

import static io.mayfly.dispatch.DispatchHarness.NAME;
import static io.mayfly.dispatch.DispatchHarness.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.dispatch.FakeSandbox.FakeInstance;
import io.mayfly.dispatch.FakeSandbox.Program;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that find no idle instance: who waits, who starts one, and who is refused. */
class TestQueueing {
  private static final FunctionVersion OTHER = FunctionVersion.latest(new FunctionName("other"));

  /** Loading waits for the test, answers do not. */
  private static final class SlowStart implements Program {
    final Semaphore loading = new Semaphore(0);
    final Semaphore loaded = new Semaphore(0);

    @Override
    public Optional<Outcome> load(Duration limit) {
      loading.release();
      loaded.acquireUninterruptibly();
      return Optional.empty();
    }

    @Override
    public Outcome answer(FakeInstance instance, Invocation invocation) {
      return success("\"" + instance.id() + "\"");
    }
  }

  private static String text(InvokeResult result) {
    return new String(result.payload(), StandardCharsets.UTF_8);
  }

  @Test
  void aCallWhoseInstanceIsStillStartingTakesOneThatBecomesFreeBefore() throws Exception {
    Semaphore answers = new Semaphore(0);
    Semaphore entered = new Semaphore(0);
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger loads = new AtomicInteger();
    Program program =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            if (loads.incrementAndGet() > 1) {
              awaitQuietly(never);
            }
            return Optional.empty();
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            entered.release();
            answers.acquireUninterruptibly();
            return success("\"" + instance.id() + "\"");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InvokeResult> first = callers.submit(() -> house.invoke());
      entered.acquire();
      Future<InvokeResult> second = callers.submit(() -> house.invoke());
      answers.release(2);
      assertThat(text(first.get())).isEqualTo("\"fake-0\"");
      assertThat(text(second.get())).isEqualTo("\"fake-0\"");
      assertThat(second.get().usage().init()).isEmpty();
      never.countDown();
    }
  }

  @Test
  void aBurstStartsAnInstanceForEachCallAtOnce() throws Exception {
    SlowStart program = new SlowStart();
    try (DispatchHarness house = DispatchHarness.of(program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<InvokeResult>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        calls.add(callers.submit(() -> house.invoke()));
      }
      program.loading.acquire(4);
      program.loaded.release(4);
      for (Future<InvokeResult> call : calls) {
        assertThat(call.get().failure()).isEmpty();
      }
      assertThat(house.sandbox.breaches).hasValue(0);
    }
  }

  @Test
  void aSlowStartOfOneFunctionHoldsUpNoOther() throws Exception {
    SlowStart slow = new SlowStart();
    Program quick = (instance, invocation) -> success("1");
    try (DispatchHarness house =
            new DispatchHarness(1000, spec -> spec.label().equals("other") ? quick : slow);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      house.deploy(OTHER);
      List<Future<InvokeResult>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(callers.submit(() -> house.invoke()));
      }
      program(slow).acquire(3);
      assertThat(house.invoke(OTHER).failure()).isEmpty();
      assertThat(calls).noneMatch(Future::isDone);
      slow.loaded.release(3);
      for (Future<InvokeResult> call : calls) {
        call.get();
      }
    }
  }

  private static Semaphore program(SlowStart slow) {
    return slow.loading;
  }

  @Test
  void aStartThatFailsIsOneCallsFailureAndTheOthersGetTheirs() throws Exception {
    AtomicInteger loads = new AtomicInteger();
    Semaphore loading = new Semaphore(0);
    CountDownLatch together = new CountDownLatch(1);
    Program program =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            int number = loads.incrementAndGet();
            loading.release();
            awaitQuietly(together);
            return number == 2
                ? Optional.of(new Outcome.Exited(3, false))
                : Optional.<Outcome>empty();
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            return success("1");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<InvokeResult>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(callers.submit(() -> house.invoke()));
      }
      loading.acquire(3);
      together.countDown();
      long failed = 0;
      for (Future<InvokeResult> call : calls) {
        failed += call.get().failure().isPresent() ? 1 : 0;
      }
      assertThat(failed).isLessThanOrEqualTo(1);
      assertThat(house.dispatcher.running()).isZero();
    }
  }

  @Test
  void reservedConcurrencyIsALimitAndAGuarantee() throws Exception {
    SlowStart program = new SlowStart();
    try (DispatchHarness house = new DispatchHarness(3, spec -> program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      house.deploy(OTHER);
      house.reserved.put(NAME.function(), 1);
      Future<?> own = callers.submit(() -> house.invoke());
      program.loading.acquire();
      house.assertThrottled(NAME, "ReservedFunctionConcurrentInvocationLimitExceeded");
      List<Future<?>> others = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        others.add(callers.submit(() -> house.invoke(OTHER)));
        program.loading.acquire();
      }
      house.assertThrottled(OTHER, "ConcurrentInvocationLimitExceeded");
      program.loaded.release(3);
      own.get();
      for (Future<?> other : others) {
        other.get();
      }
      house.reserved.put(NAME.function(), 0);
      house.assertThrottled(NAME, "ReservedFunctionConcurrentInvocationLimitExceeded");
      house.reserved.remove(NAME.function());
      assertThat(house.invoke().failure()).isEmpty();
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.running()).isZero();
    }
  }

  @Test
  void oneInstanceTakesAsManyCallsAsItsFunctionAsksForAndNoMore() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore open = new Semaphore(0);
    Program program =
        (instance, invocation) -> {
          entered.release();
          open.acquireUninterruptibly();
          return success("1");
        };
    try (DispatchHarness house = DispatchHarness.of(program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      house.deploy(NAME, Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "3"));
      List<Future<InvokeResult>> calls = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        calls.add(callers.submit(() -> house.invoke()));
        entered.acquire();
      }
      assertThat(house.sandbox.started).hasSize(3);
      assertThat(house.sandbox.started.getFirst().most).hasValue(3);
      open.release(7);
      for (Future<InvokeResult> call : calls) {
        assertThat(call.get().failure()).isEmpty();
      }
      assertThat(house.sandbox.breaches).hasValue(0);
    }
  }

  @Test
  void aTimeoutInAnInstanceOfSeveralCallsHurtsNoneOfTheOthers() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore open = new Semaphore(0);
    AtomicInteger calls = new AtomicInteger();
    Program program =
        (instance, invocation) -> {
          if (calls.incrementAndGet() == 2) {
            return new Outcome.TimedOut();
          }
          entered.release();
          open.acquireUninterruptibly();
          return success("1");
        };
    try (DispatchHarness house = DispatchHarness.of(program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      house.deploy(NAME, Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "8"));
      Future<InvokeResult> sibling = callers.submit(() -> house.invoke());
      entered.acquire();
      assertThat(text(house.invoke())).contains("Sandbox.Timedout");
      assertThat(house.sandbox.present()).isEqualTo(1);
      Future<InvokeResult> next = callers.submit(() -> house.invoke());
      entered.acquire();
      assertThat(house.sandbox.started).as("no new call goes to it").hasSize(2);
      open.release(2);
      assertThat(sibling.get().failure()).isEmpty();
      assertThat(next.get().failure()).isEmpty();
      assertThat(house.sandbox.started.getFirst().gone()).isTrue();
      assertThat(house.sandbox.started.getLast().gone()).isFalse();
    }
  }

  /** Many callers, updates, deaths and idleness at once: every call is answered, none twice. */
  @Test
  void theHandOverHoldsUnderLoad() throws Exception {
    Program program =
        (instance, invocation) -> {
          int dice = ThreadLocalRandom.current().nextInt(100);
          if (dice < 3) {
            return new Outcome.Exited(1, false);
          }
          if (dice < 20) {
            Thread.onSpinWait();
          }
          return success("1");
        };
    for (int capacity : new int[] {1, 4}) {
      try (DispatchHarness house = new DispatchHarness(1000, spec -> program);
          ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        Map<String, String> environment =
            Map.of("AWS_LAMBDA_MAX_CONCURRENCY", Integer.toString(capacity));
        house.deploy(NAME, environment);
        int rounds = 2_000;
        List<Future<Integer>> calls = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
          calls.add(
              callers.submit(
                  () -> {
                    int answered = 0;
                    for (int i = 0; i < rounds; i++) {
                      house.invoke();
                      answered++;
                    }
                    return answered;
                  }));
        }
        Future<?> disturber =
            callers.submit(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    house.deploy(NAME, environment);
                    var _ = house.dispatcher.retire(NAME);
                    house.advance(Duration.ofSeconds(61));
                    house.dispatcher.tendIdle();
                    Thread.onSpinWait();
                  }
                });
        disturber.get();
        for (Future<Integer> call : calls) {
          assertThat(call.get()).isEqualTo(rounds);
        }
        assertThat(house.sandbox.breaches).hasValue(0);
        assertThat(house.dispatcher.running()).isZero();
        house.functions.remove(NAME);
        house.dispatcher.retire(NAME).get();
        assertThat(house.sandbox.present()).isZero();
        assertThat(house.dispatcher.instances(NAME)).isZero();
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
