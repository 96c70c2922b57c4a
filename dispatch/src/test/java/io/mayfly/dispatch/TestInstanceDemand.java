package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.dispatch.InstanceDemand.Decision;
import io.mayfly.model.DataSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestInstanceDemand {
  private static final long SECOND = 1_000_000_000L;
  private static final long AHEAD = 2 * SECOND;
  private static final DataSize MEMORY = DataSize.ofMegabytes(128);
  private static final Duration WINDOW = Duration.ofMinutes(10);

  /** No instance is kept longer without a call, whatever was learned. */
  private static final long MOST_SECONDS = 13 * 3600;

  /** A function's calls, and a clock in seconds that begins shortly before a long runs over. */
  private static final class Function {
    private static final long ORIGIN = Long.MAX_VALUE - 1000 * SECOND;

    final InstanceDemand demand;
    long seconds;

    Function(KeepAlive keepAlive) {
      this(keepAlive, MEMORY);
    }

    Function(KeepAlive keepAlive, DataSize memory) {
      demand = new InstanceDemand(keepAlive, memory);
    }

    long now() {
      return ORIGIN + seconds * SECOND;
    }

    /** So many calls at once, which are over at once. */
    void call(int calls) {
      demand.observe(calls, 0, now(), now());
    }

    void callEvery(long period, int times) {
      for (int i = 0; i < times; i++) {
        seconds += i == 0 ? 0 : period;
        call(1);
      }
    }

    /** How many idle instances are wanted so many seconds after now. */
    int wantedAfter(long later) {
      return demand.wanted(now() + later * SECOND);
    }
  }

  @Test
  void aFixedWindowIsKeptWhateverTheCallsAreLike() {
    Function function = new Function(KeepAlive.fixed(Duration.ofSeconds(60)));
    function.callEvery(3600, 50);
    assertThat(function.wantedAfter(59)).isEqualTo(1);
    assertThat(function.wantedAfter(60)).isZero();
    assertThat(function.wantedAfter(3600)).isZero();
    assertThat(function.wantedAfter(24 * 3600)).isZero();
  }

  @Test
  void withoutAWindowNothingIsKept() {
    for (KeepAlive none :
        List.of(KeepAlive.fixed(Duration.ZERO), KeepAlive.learning(Duration.ZERO))) {
      Function function = new Function(none);
      function.callEvery(10, 50);
      assertThat(function.wantedAfter(0)).isZero();
      assertThat(function.wantedAfter(10)).isZero();
    }
  }

  @Test
  void aFunctionThatIsNotKnownHasTheFixedWindow() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    assertThat(function.wantedAfter(0)).as("it was never called").isZero();
    function.call(3);
    assertThat(function.wantedAfter(599)).isEqualTo(3);
    assertThat(function.wantedAfter(600)).isZero();
    assertThat(function.wantedAfter(24 * 3600)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {900, 1200, 3600, 2 * 3600})
  void aPeriodicCallIsExpectedAndNothingIsKeptBetween(long period) {
    Function function = new Function(KeepAlive.learning(WINDOW));
    function.callEvery(period, 6);
    assertThat(function.wantedAfter(period)).isEqualTo(1);
    assertThat(function.wantedAfter(period / 2)).isZero();
    assertThat(function.wantedAfter(2 * period)).as("a call that did not come").isZero();
    Decision before = function.demand.decide(0, function.now() + (period - 2) * SECOND, AHEAD);
    assertThat(before).isEqualTo(new Decision(1, 1));
  }

  @Test
  void aFunctionThatIsCalledAllTheTimeKeepsItsInstance() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    function.callEvery(20, 100);
    assertThat(function.wantedAfter(1)).isEqualTo(1);
    assertThat(function.wantedAfter(20)).isEqualTo(1);
    assertThat(function.wantedAfter(700)).as("longer than anything is known of").isZero();
  }

  @Test
  void aBurstIsExpectedAgainAndKeepsNoInstanceBetween() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    for (int minute = 0; minute <= 6 * 60 + 30; minute++) {
      function.call(minute % 60 == 0 ? 100 : 1);
      function.seconds += 60;
    }
    assertThat(function.wantedAfter(-30)).as("the one for the trickle").isEqualTo(1);
    for (int minute = 31; minute < 60; minute++) {
      function.call(1);
      function.seconds += 60;
    }
    assertThat(function.wantedAfter(0)).isEqualTo(100);
  }

  @Test
  void aHabitThatChangesIsFollowed() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    function.callEvery(900, 100);
    function.callEvery(2400, 30);
    assertThat(function.wantedAfter(2400)).isEqualTo(1);
    // Thousands of times are forgotten by halves, not kept until they are outnumbered.
    function.callEvery(900, 5000);
    function.callEvery(2400, 1500);
    assertThat(function.wantedAfter(2400)).isEqualTo(1);
    assertThat(function.wantedAfter(900)).isZero();
  }

  @Test
  void aKnownTickIsExpectedOnceAndTeachesNothing() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    function.demand.expect(function.now() + 5000 * SECOND, function.now());
    assertThat(function.wantedAfter(4999)).isZero();
    Decision before = function.demand.decide(0, function.now() + 4998 * SECOND, AHEAD);
    assertThat(before).isEqualTo(new Decision(1, 1));
    assertThat(function.demand.nextDecision(function.now(), AHEAD))
        .isEqualTo(OptionalLong.of(function.now() + 4998 * SECOND));
    assertThat(function.wantedAfter(5005)).isEqualTo(1);
    assertThat(function.wantedAfter(5006)).as("the tick is over").isZero();
    for (int day = 0; day < 10; day++) {
      function.demand.expect(function.now() + 5000 * SECOND, function.now());
      function.seconds += 5000;
      function.call(1);
    }
    assertThat(function.wantedAfter(599)).as("as if nothing was known").isEqualTo(1);
    assertThat(function.wantedAfter(600)).isZero();
    assertThat(function.wantedAfter(5000)).isZero();
  }

  @Test
  void theNextTickDoesNotTakeThePlaceOfOneWhoseCallMayBeOnItsWay() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    long tick = function.now() + 5000 * SECOND;
    long next = tick + 600 * SECOND;
    function.demand.expect(tick, function.now());
    function.demand.expect(next, tick + SECOND);
    assertThat(function.demand.wanted(tick + 2 * SECOND)).isEqualTo(1);
    assertThat(function.demand.decide(0, tick + 7 * SECOND, AHEAD)).isEqualTo(new Decision(0, 0));
    assertThat(function.demand.nextDecision(tick + 7 * SECOND, AHEAD))
        .isEqualTo(OptionalLong.of(next - AHEAD));
    assertThat(function.demand.decide(0, next - AHEAD, AHEAD)).isEqualTo(new Decision(1, 1));
    // A tick that is still to come is replaced.
    function.demand.expect(next + 100 * SECOND, next - 50 * SECOND);
    assertThat(function.demand.wanted(next)).isZero();
  }

  @Test
  void anInstanceIsKeptForATickThatIsClose() {
    Function function = new Function(KeepAlive.learning(WINDOW));
    // Known well enough that its instance would go.
    function.callEvery(1, 2);
    function.callEvery(7200, 20);
    function.demand.expect(function.now() + 15 * SECOND, function.now());
    for (int later = 0; later <= 15; later++) {
      assertThat(function.wantedAfter(later)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nothingIsKeptForEverAndDecisionsChangeOnlyWhenAnnounced(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Function function = new Function(KeepAlive.learning(WINDOW), new DataSize(1 << 20));
    for (int call = 0; call < 300; call++) {
      function.seconds += (long) Math.exp(random.nextDouble(9));
      function.call(1 + random.nextInt(1 + random.nextInt(40)));
    }
    long now = function.now();
    Decision decision = function.demand.decide(0, now, AHEAD);
    long announced = function.demand.nextDecision(now, AHEAD).orElse(now + 14 * 3600 * SECOND);
    for (long second = 1; second < 14 * 3600; second++) {
      now += SECOND;
      Decision next = function.demand.decide(0, now, AHEAD);
      if (announced - now <= 0) {
        announced = function.demand.nextDecision(now, AHEAD).orElse(now + 14 * 3600 * SECOND);
      } else {
        assertThat(next).isEqualTo(decision);
      }
      decision = next;
      assertThat(next.start()).isBetween(0, 40);
      if (second > MOST_SECONDS) {
        assertThat(next).isEqualTo(new Decision(0, 0));
      }
    }
  }

  @Test
  void whatHostileCallsLeaveBehindIsAtMostFourKilobytes() {
    int functions = 1000;
    List<InstanceDemand> resting = new ArrayList<>();
    long before = used();
    for (int i = 0; i < functions; i++) {
      Function function = new Function(KeepAlive.learning(WINDOW));
      for (int call = 0; call < 20; call++) {
        function.seconds += 1 << call;
        function.call(100_000);
      }
      assertThat(function.demand.wanted(function.now())).isLessThanOrEqualTo(1 << 14);
      function.demand.rest();
      resting.add(function.demand);
    }
    assertThat((used() - before) / functions).isBetween(1000L, 4096L);
    assertThat(resting).hasSize(functions);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void anotherRevisionKnowsTheHabitsAndWantsNothingBeforeItIsCalled() {
    Function before = new Function(KeepAlive.learning(WINDOW));
    before.callEvery(900, 6);
    InstanceDemand next = before.demand.forNextRevision();
    assertThat(next.wanted(before.now() + 900 * SECOND)).isZero();
    next.observe(1, 0, before.now(), before.now());
    assertThat(next.wanted(before.now() + 900 * SECOND)).isEqualTo(1);
    assertThat(next.wanted(before.now() + 450 * SECOND)).isZero();
  }

  @Test
  void memoryThatIsMeasuredCounts() {
    Function light = new Function(KeepAlive.learning(WINDOW));
    Function heavy = new Function(KeepAlive.learning(WINDOW));
    light.callEvery(1500, 2);
    heavy.callEvery(1500, 2);
    light.demand.memory(DataSize.ofMegabytes(10));
    heavy.demand.memory(DataSize.ofMegabytes(3000));
    assertThat(light.wantedAfter(700)).isEqualTo(1);
    assertThat(heavy.wantedAfter(100)).isZero();
  }

  @Test
  void anInstanceIsWorthWhatItIsExpectedToSave() {
    Function often = new Function(KeepAlive.learning(WINDOW));
    Function rarely = new Function(KeepAlive.learning(WINDOW));
    Function large = new Function(KeepAlive.learning(WINDOW), DataSize.ofMegabytes(1024));
    often.callEvery(30, 50);
    large.callEvery(30, 50);
    rarely.callEvery(3000, 50);
    double worth = often.demand.worth(1, often.now());
    assertThat(worth).isGreaterThan(10 * rarely.demand.worth(1, rarely.now()));
    assertThat(worth).isGreaterThan(5 * large.demand.worth(1, large.now()));
    assertThat(often.demand.worth(2, often.now())).as("nobody ever needed two").isZero();
    assertThat(often.demand.worth(1, often.now() + MOST_SECONDS * SECOND)).isLessThan(worth / 100);
  }
}
