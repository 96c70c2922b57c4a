package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Callers who each send a call as soon as their last is answered, in a time that is worked out. */
class TestParallelism {
  private static final int CALLERS = 16;

  private final Parallelism parallelism = new Parallelism(2);
  private double now = 1e9;

  /** How many calls are at work in the end, and how many of the last tenth were, on average. */
  private record Ended(int limit, double atWork) {}

  /**
   * @param took how long a call takes, in microseconds, while so many are at work
   */
  private Ended run(int callers, Duration time, IntToDoubleFunction took) {
    double end = now + time.toNanos();
    double late = now + 0.9 * time.toNanos();
    double weighted = 0;
    while (now < end) {
      int atWork = Math.min(callers, parallelism.limit());
      double nanos = took.applyAsDouble(atWork) * 1000;
      // One ends after this; each has waited for those before it.
      double step = nanos / atWork;
      now += step;
      weighted += now > late ? step * atWork : 0;
      double waited = step * callers - nanos;
      parallelism.ended((long) now, (long) waited, (long) nanos, atWork);
    }
    return new Ended(parallelism.limit(), weighted / (now - late));
  }

  /** Two processors, and each further instance makes a call's work a little longer. */
  private static double processing(int atWork) {
    double work = 60 + 8.0 * Math.max(0, atWork - 2);
    return work * Math.max(1, atWork / 2.0);
  }

  @Test
  void handlersThatComputeTakeTurnsInFewInstances() {
    assertThat(run(CALLERS, Duration.ofSeconds(20), TestParallelism::processing).atWork())
        .isBetween(1.9, 3.5);
  }

  @Test
  void handlersThatWaitForSomethingElseAreAllAtWork() {
    Ended ended = run(CALLERS, Duration.ofSeconds(60), atWork -> 3000);
    assertThat(ended.limit()).isEqualTo(Parallelism.NO_LIMIT);
    assertThat(ended.atWork()).isGreaterThan(15);
  }

  @Test
  void longCallsAreNeverHeldBack() {
    run(CALLERS, Duration.ofSeconds(5), TestParallelism::processing);
    assertThat(parallelism.limit()).isLessThan(CALLERS);
    assertThat(run(CALLERS, Duration.ofMillis(400), atWork -> 50_000).limit())
        .isEqualTo(Parallelism.NO_LIMIT);
    assertThat(run(CALLERS, Duration.ofSeconds(60), atWork -> 50_000).atWork()).isEqualTo(CALLERS);
  }

  @Test
  void aHandlerThatBeginsToWaitIsLetGo() {
    run(CALLERS, Duration.ofSeconds(20), TestParallelism::processing);
    assertThat(run(CALLERS, Duration.ofSeconds(20), atWork -> 2000).atWork()).isGreaterThan(15);
  }

  @Test
  void fewCallersAreLeftAlone() {
    assertThat(run(2, Duration.ofSeconds(20), TestParallelism::processing).limit())
        .isEqualTo(Parallelism.NO_LIMIT);
  }

  @Test
  void moreProcessorsAreFoundOutAbout() {
    run(64, Duration.ofSeconds(20), TestParallelism::processing);
    // As if the other functions of a machine with sixteen processors had stopped.
    Ended ended =
        run(64, Duration.ofSeconds(60), atWork -> 60 * Math.max(1, atWork / 16.0) + atWork);
    assertThat(ended.atWork()).isGreaterThan(8);
  }
}
