package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.dispatch.FakeSandbox.FakeSpare;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.MemoryState;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spares: how many there should be, and that there are so many. */
final class TestSparePools {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final SpareSpec KIND = kind(512);

  @TempDir Path folder;

  private final AtomicLong nanos = new AtomicLong(SECOND);
  private final FakeSandbox sandbox =
      new FakeSandbox(spec -> (instance, event) -> new Outcome.Success(new byte[0], "text/plain"));
  private final SparePools pools = new SparePools(() -> sandbox, 2, 2, Duration.ZERO, nanos::get);

  private static SpareSpec kind(int megabytes) {
    return new SpareSpec(
        new RuntimeLaunch(
            List.of("/bin/x"), List.of(), Map.of(), RuntimeLaunch.Channel.RUNTIME_API),
        false,
        Map.of(),
        DataSize.ofMegabytes(megabytes));
  }

  /** Spares are made on threads of their own, which take no time but their turn. */
  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + 20 * SECOND;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private long waiting() {
    return sandbox.spares.stream().filter(FakeSpare::usable).count();
  }

  @Test
  void fewAreKeptWhereFewAreTaken() {
    SpareDemand demand = new SpareDemand(2, 0);
    assertThat(demand.target(0)).isEqualTo(2);
    demand.wanted(SECOND);
    assertThat(demand.target(SECOND)).isEqualTo(2);
    assertThat(demand.target(1000 * SECOND)).isEqualTo(2);
  }

  @Test
  void asManyAreKeptAsAreTakenWhileOneIsMade() {
    SpareDemand demand = new SpareDemand(2, 0);
    for (int i = 0; i < 100; i++) {
      demand.made(SECOND / 2);
    }
    long now = 0;
    for (; now < 60 * SECOND; now += SECOND / 20) {
      demand.wanted(now);
    }
    // Twenty in a second, each half a second in the making.
    assertThat(demand.target(now)).isBetween(10, 11);
    assertThat(demand.target(now + 60 * SECOND)).isEqualTo(2);
  }

  @Test
  void aStormDoesNotMakeMoreThanTheMost() {
    SpareDemand demand = new SpareDemand(2, 0);
    for (int i = 0; i < 1_000_000; i++) {
      demand.wanted(0);
    }
    assertThat(demand.target(0)).isEqualTo(SpareDemand.MOST);
  }

  @Test
  void whatNobodyWantsIsGivenUp() {
    SpareDemand demand = new SpareDemand(2, 0);
    demand.wanted(SECOND);
    assertThat(demand.target(SECOND + SpareDemand.UNUSED.toNanos())).isEqualTo(2);
    assertThat(demand.target(2 * SECOND + SpareDemand.UNUSED.toNanos())).isZero();
  }

  @Test
  void theFirstOfAKindFindsNoneAndTheNextDoes() {
    assertThat(pools.take(KIND)).isEmpty();
    until(() -> waiting() == 2);
    Optional<Spare> taken = pools.take(KIND);
    assertThat(taken).isPresent();
    taken.get().specialise(function(KIND));
    until(() -> waiting() == 2);
    assertThat(sandbox.spares).hasSize(3);
    assertThat(pools.take(kind(1024))).isEmpty();
    assertThat(sandbox.breaches).hasValue(0);
  }

  private static InstanceSpec function(SpareSpec kind) {
    return new InstanceSpec(
        "f",
        kind.launch(),
        java.nio.file.Path.of("/code"),
        Map.of(),
        DataSize.ofMegabytes(128),
        kind.ephemeralStorage(),
        1,
        (bytes, offset, length) -> {});
  }

  @Test
  void expectedOnesWaitBeforeAnybodyAsks() {
    pools.expect(KIND);
    until(() -> waiting() == 2);
    assertThat(pools.take(KIND)).isPresent();
  }

  @Test
  void spareThatEndedIsNotGiven() {
    pools.expect(KIND);
    until(() -> waiting() == 2);
    sandbox.spares.forEach(FakeSpare::stop);
    assertThat(pools.take(KIND)).isEmpty();
    until(() -> waiting() == 2);
  }

  @Test
  void unusedOnesAreStoppedAndTheirPoolIsForgotten() {
    pools.expect(KIND);
    until(() -> waiting() == 2);
    nanos.addAndGet(SpareDemand.UNUSED.toNanos() + SECOND);
    pools.stopUnused();
    assertThat(waiting()).isZero();
    assertThat(pools.take(KIND)).isEmpty();
    until(() -> waiting() == 2);
  }

  @Test
  void closingStopsAllAndMakesNoMore() {
    pools.expect(KIND);
    until(() -> waiting() == 2);
    pools.close();
    assertThat(waiting()).isZero();
    assertThat(pools.take(KIND)).isEmpty();
    assertThat(sandbox.spares).hasSize(2);
  }

  @Test
  void noneAreMadeWhereNoneAreWished() {
    try (SparePools none = new SparePools(() -> sandbox, 0, 0, Duration.ZERO, nanos::get)) {
      none.expect(KIND);
      assertThat(none.take(KIND)).isEmpty();
      // But what instances are made from is got ready, also by a start that finds it gone.
      until(() -> sandbox.expected.size() == 2);
    }
    assertThat(sandbox.expected).containsOnly(KIND);
    assertThat(sandbox.spares).isEmpty();
  }

  /** Of a function whose code is there. */
  private SpareSpec own(String function) {
    Path code = code(function);
    return new SpareSpec(KIND.launch(), true, Map.of(), KIND.ephemeralStorage(), Optional.of(code));
  }

  private Path code(String function) {
    try {
      return Files.createDirectories(folder.resolve(function));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long waiting(SpareSpec kind) {
    return sandbox.spares.stream()
        .filter(FakeSpare::usable)
        .filter(it -> it.spec.equals(kind))
        .count();
  }

  @Test
  void aFunctionHasOneSpareOfItsOwnAsLongAsThereIsRoom() {
    List<SpareSpec> functions = List.of(own("a"), own("b"), own("c"));
    functions.forEach(pools::expect);
    pools.expect(KIND);
    until(() -> waiting() == 4);
    assertThat(waiting(functions.get(0))).isEqualTo(1);
    assertThat(waiting(functions.get(1))).isEqualTo(1);
    assertThat(pools.take(functions.get(2))).isEmpty();
    assertThat(pools.take(functions.get(0))).isPresent();
    until(() -> waiting(functions.get(0)) == 2);
    assertThat(waiting(KIND)).isEqualTo(2);
    assertThat(sandbox.spares).extracting(it -> it.spec).doesNotContain(functions.get(2));
  }

  @Test
  void aQuietFunctionGivesItsOwnSpareUpForAnother() {
    SpareSpec quiet = own("a");
    SpareSpec busy = own("b");
    pools.expect(quiet);
    nanos.addAndGet(50 * SECOND);
    pools.expect(busy);
    until(() -> waiting() == 2);
    nanos.addAndGet(20 * SECOND);
    SpareSpec third = own("c");
    pools.expect(third);
    until(() -> waiting(third) == 1);
    assertThat(waiting(quiet)).isZero();
    assertThat(waiting(busy)).isEqualTo(1);
    assertThat(pools.take(quiet)).isEmpty();
    assertThat(waiting()).isEqualTo(2);
  }

  @Test
  void aFunctionsOwnSpareGoesWithItsCode() throws IOException {
    SpareSpec own = own("a");
    pools.expect(own);
    pools.expect(KIND);
    until(() -> waiting(own) == 1 && waiting(KIND) == 2);
    pools.stopUnused();
    assertThat(waiting()).isEqualTo(3);
    Files.delete(code("a"));
    pools.stopUnused();
    assertThat(waiting(own)).isZero();
    assertThat(waiting(KIND)).isEqualTo(2);
    // Nor does it come back when there is memory again.
    pools.hold(true);
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    pools.hold(false);
    until(() -> waiting(KIND) == 2);
    assertThat(waiting(own)).isZero();
  }

  @Test
  void theSameCodeThatHasComeAgainIsGivenNoSpareOfBefore() throws IOException {
    SpareSpec own = own("a");
    pools.expect(own);
    until(() -> waiting(own) == 1);
    FakeSpare before = sandbox.spares.getFirst();
    Files.delete(code("a"));
    // As code comes: whole, by a rename.
    Files.move(Files.createDirectory(folder.resolve("a.part")), folder.resolve("a"));
    assertThat(pools.take(own)).isEmpty();
    assertThat(before.usable()).isFalse();
    until(() -> waiting(own) == 1);
    assertThat(pools.take(own)).isPresent();
  }

  @Test
  void whileMemoryIsShortNoneWaitsAndNoneIsMade() {
    pools.expect(KIND);
    until(() -> waiting() == 2);
    pools.hold(true);
    until(() -> waiting() == 0);
    int made = sandbox.spares.size();
    pools.expect(KIND);
    pools.hold(false);
    assertThat(pools.take(KIND)).isEmpty();
    assertThat(sandbox.spares).hasSize(made);
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    pools.hold(false);
    until(() -> waiting() == 2);
  }

  @Test
  void aSpareThatIsStoppedForWantOfMemoryIsGivenToNobody() {
    AtomicReference<SparePools> house = new AtomicReference<>();
    AtomicInteger given = new AtomicInteger();
    AtomicInteger stopped = new AtomicInteger();
    Spare spare =
        new Spare() {
          @Override
          public boolean awaitPrepared(Duration limit) {
            house.get().hold(true);
            return true;
          }

          @Override
          public Instance specialise(InstanceSpec function) {
            throw new IllegalStateException("not asked for");
          }

          @Override
          public boolean usable() {
            return true;
          }

          @Override
          public void stop() {
            given.addAndGet(house.get().take(KIND).isPresent() ? 1 : 0);
            stopped.incrementAndGet();
          }
        };
    try (SparePools hungry = new SparePools(() -> making(spare), 1, 0, Duration.ZERO, nanos::get)) {
      house.set(hungry);
      hungry.expect(KIND);
      until(() -> stopped.get() == 1);
      assertThat(given).hasValue(0);
    }
  }

  private static Sandbox making(Spare spare) {
    return new Sandbox() {
      @Override
      public Instance start(InstanceSpec spec) {
        throw new IllegalStateException("not asked for");
      }

      @Override
      public void expect(SpareSpec spec) {}

      @Override
      public Optional<Spare> prepare(SpareSpec spec) {
        return Optional.of(spare);
      }

      @Override
      public MemoryState memory() {
        throw new IllegalStateException("not asked for");
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void failureIsNotRepeatedAtOnce() {
    AtomicInteger attempts = new AtomicInteger();
    Sandbox broken =
        new Sandbox() {
          @Override
          public Instance start(InstanceSpec spec) {
            throw new IllegalStateException("not asked for");
          }

          @Override
          public void expect(SpareSpec spec) {}

          @Override
          public Optional<Spare> prepare(SpareSpec spec) {
            if (!spec.equals(KIND)) {
              return sandbox.prepare(spec);
            }
            attempts.incrementAndGet();
            throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "no");
          }

          @Override
          public MemoryState memory() {
            throw new IllegalStateException("not asked for");
          }

          @Override
          public void close() {}
        };
    try (SparePools failing = new SparePools(() -> broken, 1, 0, Duration.ZERO, nanos::get)) {
      failing.expect(KIND);
      until(() -> attempts.get() == 1);
      until(
          () -> {
            // Until the failure is known, a second attempt may be made.
            int before = attempts.get();
            failing.take(KIND);
            return attempts.get() == before;
          });
      int settled = attempts.get();
      for (int i = 0; i < 100; i++) {
        assertThat(failing.take(KIND)).isEmpty();
      }
      // Others are no worse off.
      failing.expect(kind(1024));
      until(() -> waiting() == 1);
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      failing.take(KIND);
      until(() -> attempts.get() > settled);
    }
  }
}
