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
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Idle instances under a policy that learns, in a dispatcher that is tended every second. */
class TestIdleInstances {
  private static final Program ANSWER = (instance, invocation) -> success("1");
  private static final Duration PERIOD = Duration.ofHours(2);

  private static DispatchHarness learning(Program program) {
    return new DispatchHarness(1000, spec -> program, KeepAlive.learning(Duration.ofMinutes(10)));
  }

  /** Lets time pass, second by second; what is started ahead takes none of it. */
  private static void pass(DispatchHarness house, Duration time) {
    long forCalls = house.sandbox.started.size() - house.dispatcher.prewarmed();
    for (long second = 0; second < time.toSeconds(); second++) {
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
      until(() -> house.sandbox.started.size() - house.dispatcher.prewarmed() == forCalls);
      until(() -> house.dispatcher.readiness(NAME).ready() == house.dispatcher.instances(NAME));
    }
  }

  /** Calls a function every {@link #PERIOD}, the last time just now. */
  private static void callPeriodically(DispatchHarness house, int times) {
    for (int i = 0; i < times; i++) {
      if (i > 0) {
        pass(house, PERIOD);
      }
      assertThat(house.invoke().failure()).isEmpty();
    }
  }

  private static boolean cold(DispatchHarness house) {
    return house.invoke().usage().init().isPresent();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void anInstanceIsReadyBeforeACallThatIsExpected() {
    try (DispatchHarness house = learning(ANSWER)) {
      callPeriodically(house, 5);
      pass(house, PERIOD.dividedBy(2));
      assertThat(house.dispatcher.instances()).as("none is kept between").isZero();
      long before = house.dispatcher.prewarmed();
      pass(house, PERIOD.dividedBy(2).minusSeconds(3));
      until(() -> house.sandbox.present() == 1);
      assertThat(house.dispatcher.prewarmed()).isEqualTo(before + 1);
      pass(house, Duration.ofSeconds(3));
      FakeInstance ahead = house.sandbox.started.getLast();
      assertThat(ahead.spec.environment())
          .containsEntry("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
      assertThat(cold(house)).isFalse();
      assertThat(ahead.calls).hasValue(1);
    }
  }

  @Test
  void whatWasStartedInVainGoesAndTeachesNothing() {
    try (DispatchHarness house = learning(ANSWER)) {
      callPeriodically(house, 5);
      pass(house, Duration.ofDays(1));
      until(() -> house.sandbox.present() == 0);
      long started = house.dispatcher.prewarmed();
      pass(house, Duration.ofDays(1));
      assertThat(house.dispatcher.prewarmed()).as("nobody has called since").isEqualTo(started);
    }
  }

  @Test
  void aFunctionThatWasNeverCalledIsStartedForItsTimer() {
    try (DispatchHarness house = learning(ANSWER)) {
      house.dispatcher.expect(NAME, house.now().plusSeconds(3600));
      pass(house, Duration.ofSeconds(3590));
      assertThat(house.sandbox.started).isEmpty();
      pass(house, Duration.ofSeconds(9));
      until(() -> house.sandbox.present() == 1 && house.dispatcher.readiness(NAME).ready() == 1);
      pass(house, Duration.ofSeconds(1));
      assertThat(cold(house)).isFalse();
    }
  }

  @Test
  void anInstanceForATimerThatDoesNotCallGoes() {
    try (DispatchHarness house = learning(ANSWER)) {
      house.dispatcher.expect(NAME, house.now().plusSeconds(1));
      pass(house, Duration.ofSeconds(1));
      until(() -> house.dispatcher.readiness(NAME).ready() == 1);
      pass(house, Duration.ofSeconds(10));
      assertThat(house.dispatcher.instances()).isZero();
      assertThat(house.sandbox.started).hasSize(1);
    }
  }

  @Test
  void timersOfFunctionsThatAreGoneOrLongAgoChangeNothing() {
    try (DispatchHarness house = learning(ANSWER)) {
      FunctionVersion gone = FunctionVersion.latest(new FunctionName("gone"));
      house.dispatcher.expect(gone, house.now().plusSeconds(1));
      house.dispatcher.expect(NAME, house.now().minusSeconds(3600));
      house.dispatcher.expect(NAME, Instant.MAX);
      pass(house, Duration.ofMinutes(1));
      assertThat(house.sandbox.started).isEmpty();
    }
  }

  @Test
  void aDeletedFunctionIsStartedForNobody() {
    try (DispatchHarness house = learning(ANSWER)) {
      callPeriodically(house, 5);
      house.functions.remove(NAME);
      var _ = house.dispatcher.retire(NAME);
      int started = house.sandbox.started.size();
      pass(house, Duration.ofHours(5));
      assertThat(house.sandbox.started).hasSize(started);
      assertThat(house.dispatcher.instances()).isZero();
    }
  }

  @Test
  void anotherRevisionKeepsTheHabitsAndStartsWithItsFirstCall() {
    try (DispatchHarness house = learning(ANSWER)) {
      callPeriodically(house, 5);
      house.deploy(NAME);
      var _ = house.dispatcher.retire(NAME);
      int started = house.sandbox.started.size();
      pass(house, PERIOD);
      assertThat(house.sandbox.started).as("nobody has called it").hasSize(started);
      assertThat(cold(house)).isTrue();
      pass(house, PERIOD.minusSeconds(2));
      until(() -> house.dispatcher.readiness(NAME).ready() == 1);
      assertThat(cold(house)).isFalse();
    }
  }

  @Test
  void anInitThatFailsIsNotTriedAheadForEver() {
    AtomicBoolean broken = new AtomicBoolean();
    AtomicInteger loads = new AtomicInteger();
    Program program =
        new Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            loads.incrementAndGet();
            return broken.get() ? Optional.of(new Outcome.Exited(1, false)) : Optional.empty();
          }

          @Override
          public Outcome answer(FakeInstance instance, Invocation invocation) {
            return success("1");
          }
        };
    try (DispatchHarness house = learning(program)) {
      callPeriodically(house, 5);
      int before = loads.get();
      broken.set(true);
      pass(house, PERIOD.minusSeconds(3));
      until(() -> loads.get() > before && house.dispatcher.instances() == 0);
      pass(house, PERIOD);
      assertThat(loads.get() - before).isBetween(1, 3);
    }
  }

  @Test
  void anInstanceThatEndsAsSoonAsItIsReadyIsNotStartedForEver() {
    try (DispatchHarness house = learning(ANSWER)) {
      callPeriodically(house, 5);
      int before = house.sandbox.started.size();
      for (int second = 0; second < PERIOD.toSeconds(); second++) {
        pass(house, Duration.ofSeconds(1));
        long starts = house.dispatcher.prewarmed();
        until(() -> house.sandbox.started.size() >= starts);
        until(() -> house.dispatcher.readiness(NAME).ready() == house.dispatcher.instances());
        if (house.sandbox.started.size() > before) {
          house.sandbox.started.getLast().stop();
        }
      }
      assertThat(house.sandbox.started.size() - before).isBetween(1, 3);
    }
  }

  @Test
  void aFixedWindowStartsNothingAhead() {
    try (DispatchHarness house =
        new DispatchHarness(1000, spec -> ANSWER, KeepAlive.fixed(Duration.ofMinutes(10)))) {
      callPeriodically(house, 5);
      pass(house, PERIOD.minusSeconds(1));
      house.dispatcher.expect(NAME, house.now().plusSeconds(1));
      pass(house, Duration.ofSeconds(2));
      assertThat(house.dispatcher.prewarmed()).isZero();
      assertThat(house.sandbox.present()).isZero();
    }
  }

  @Test
  void whatIsKnownOfAFunctionAtZeroIsSmallAndGoesWithIt() {
    int count = 5_000;
    try (DispatchHarness house = learning(ANSWER)) {
      callTwice(house, count);
      long with = used();
      house.functions.clear();
      house.advance(Duration.ofMinutes(20));
      pass(house, Duration.ofSeconds(1));
      assertThat((with - used()) / count).isBetween(300L, 1500L);
    }
  }

  /** So many functions, each of which is at zero in the end. */
  private static void callTwice(DispatchHarness house, int count) {
    for (int i = 0; i < count; i++) {
      house.deploy(FunctionVersion.latest(new FunctionName("f" + i)));
    }
    for (int round = 0; round < 2; round++) {
      house.functions.keySet().forEach(house::invoke);
      pass(house, Duration.ofSeconds(1));
      house.forgetCalls();
      // Further ahead than anything is expected.
      house.advance(Duration.ofHours(20));
      pass(house, Duration.ofSeconds(2));
      assertThat(house.dispatcher.instances()).isZero();
    }
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void provisionedInstancesStayAndAreEnough() {
    try (DispatchHarness house = learning(ANSWER)) {
      house.provisioned.put(NAME, 2);
      house.dispatcher.provision();
      until(() -> house.dispatcher.readiness(NAME).ready() == 2);
      callPeriodically(house, 5);
      pass(house, PERIOD);
      assertThat(house.dispatcher.instances(NAME)).isEqualTo(2);
      assertThat(house.dispatcher.prewarmed()).isZero();
      assertThat(house.sandbox.started).hasSize(2);
    }
  }
}
