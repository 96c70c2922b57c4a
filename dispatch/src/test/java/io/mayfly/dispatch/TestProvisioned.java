package io.mayfly.dispatch;

import static io.mayfly.dispatch.DispatchHarness.NAME;
import static io.mayfly.dispatch.DispatchHarness.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.dispatch.FakeSandbox.Program;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Instances that are there before calls come, and versions that share nothing. */
class TestProvisioned {
  private static final FunctionVersion ONE = FunctionVersion.of(NAME.function(), 1);
  private static final Program ANSWER =
      (instance, invocation) -> success("\"" + instance.id() + "\"");

  private static DispatchHarness provisioned(int calls, Program program) {
    DispatchHarness house = DispatchHarness.of(program);
    house.deploy(ONE);
    house.provisioned.put(ONE, calls);
    house.dispatcher.provision();
    return house;
  }

  private static void awaitReady(DispatchHarness house, int calls) {
    until(() -> house.dispatcher.readiness(ONE).ready() == calls);
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void instancesAreReadyBeforeCallsComeAndNoCallPaysForThem() {
    try (DispatchHarness house = provisioned(3, ANSWER)) {
      awaitReady(house, 3);
      assertThat(house.invoke(ONE).usage().init()).isEmpty();
      assertThat(house.sandbox.started)
          .hasSize(3)
          .allMatch(
              instance ->
                  "provisioned-concurrency"
                      .equals(instance.spec.environment().get("AWS_LAMBDA_INITIALIZATION_TYPE")));
    }
  }

  @Test
  void theyStayHoweverLongNobodyCalls() {
    try (DispatchHarness house = provisioned(2, ANSWER)) {
      awaitReady(house, 2);
      house.advance(Duration.ofHours(5));
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.instances(ONE)).isEqualTo(2);
      house.provisioned.put(ONE, 1);
      house.dispatcher.provision();
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.instances(ONE)).isEqualTo(1);
      house.provisioned.remove(ONE);
      house.dispatcher.provision();
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.instances(ONE)).isZero();
    }
  }

  @Test
  void oneThatEndsIsReplaced() {
    AtomicBoolean crash = new AtomicBoolean();
    try (DispatchHarness house =
        provisioned(
            2,
            (instance, invocation) -> crash.get() ? new Outcome.Exited(1, false) : success("1"))) {
      awaitReady(house, 2);
      crash.set(true);
      assertThat(house.invoke(ONE).failure()).isPresent();
      assertThat(house.dispatcher.readiness(ONE).ready()).isEqualTo(1);
      house.dispatcher.provision();
      awaitReady(house, 2);
      assertThat(house.sandbox.started).hasSize(3);
    }
  }

  @Test
  void aStartThatFailsIsTriedAgainAfterAWhileAndItsReasonShown() {
    AtomicBoolean broken = new AtomicBoolean(true);
    Program program =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            return broken.get()
                ? Optional.of(
                    new Outcome.InitError("{}".getBytes(StandardCharsets.UTF_8), Optional.empty()))
                : Optional.empty();
          }

          @Override
          public Outcome answer(FakeSandbox.FakeInstance instance, Invocation invocation) {
            return success("1");
          }
        };
    try (DispatchHarness house = provisioned(1, program)) {
      until(() -> house.dispatcher.readiness(ONE).failure().isPresent());
      assertThat(house.dispatcher.readiness(ONE))
          .isEqualTo(new Readiness(0, 0, Optional.of("FUNCTION_ERROR_INIT_FAILURE")));
      house.dispatcher.provision();
      assertThat(house.sandbox.started).as("not at once").hasSize(1);
      broken.set(false);
      house.advance(Duration.ofSeconds(10));
      house.dispatcher.provision();
      awaitReady(house, 1);
      assertThat(house.dispatcher.readiness(ONE).failure()).isEmpty();
    }
  }

  @Test
  void anInstanceOfSeveralCallsCountsForAllOfThem() {
    try (DispatchHarness house = DispatchHarness.of(ANSWER)) {
      house.deploy(ONE, Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "4"));
      house.provisioned.put(ONE, 6);
      house.dispatcher.provision();
      awaitReady(house, 8);
      assertThat(house.sandbox.started).hasSize(2);
    }
  }

  @Test
  void aVersionAndLatestShareNoInstance() {
    try (DispatchHarness house = DispatchHarness.of(ANSWER)) {
      house.deploy(ONE);
      byte[] latest = house.invoke(NAME).payload();
      byte[] one = house.invoke(ONE).payload();
      assertThat(one).isNotEqualTo(latest);
      assertThat(house.invoke(NAME).payload()).isEqualTo(latest);
      assertThat(house.invoke(ONE).payload()).isEqualTo(one);
      assertThat(house.invoke(ONE).version()).isEqualTo("1");
      assertThat(house.logged()).contains("Version: $LATEST\n").contains("Version: 1\n");
      var _ = house.dispatcher.retire(ONE);
      house.deploy(NAME);
      var _ = house.dispatcher.retire(NAME);
      assertThat(house.invoke(ONE).payload())
          .as("not touched by the other's update")
          .isEqualTo(one);
    }
  }

  @Test
  void whatIsProvisionedIsTheVersionsOwnAndTheRestIsShared() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore open = new Semaphore(0);
    Program program =
        (instance, invocation) -> {
          entered.release();
          open.acquireUninterruptibly();
          return success("1");
        };
    try (DispatchHarness house = new DispatchHarness(3, spec -> program);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      house.deploy(ONE);
      house.provisioned.put(ONE, 1);
      List<Future<InvokeResult>> calls = new ArrayList<>();
      for (FunctionVersion version : List.of(NAME, NAME, ONE)) {
        calls.add(callers.submit(() -> house.invoke(version)));
        entered.acquire();
      }
      for (FunctionVersion version : List.of(NAME, ONE)) {
        house.assertThrottled(version, "ConcurrentInvocationLimitExceeded");
      }
      open.release(3);
      for (Future<InvokeResult> call : calls) {
        assertThat(call.get().failure()).isEmpty();
      }
      house.provisioned.remove(ONE);
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.running()).isZero();
    }
  }
}
