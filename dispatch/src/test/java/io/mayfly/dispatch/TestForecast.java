package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TestForecast {
  private static final long START = Duration.ofMillis(100).toNanos();

  private static Forecast afterCallsOf(Duration duration) {
    Forecast forecast = new Forecast();
    forecast.callTook(duration.toNanos());
    return forecast;
  }

  @Test
  void nobodyWaitsForCallsOfWhichNothingIsKnown() {
    assertThat(new Forecast().betterToWait(1, 1)).isFalse();
    assertThat(afterCallsOf(Duration.ofMillis(1)).betterToWait(1, 0)).isFalse();
  }

  @Test
  void aShortCallIsWaitedForAndALongOneNot() {
    assertThat(afterCallsOf(Duration.ofMillis(1)).betterToWait(1, 1)).isTrue();
    assertThat(afterCallsOf(Duration.ofSeconds(5)).betterToWait(1, 1)).isFalse();
  }

  @Test
  void theQueueAheadAndTheInstancesAtWorkCount() {
    Forecast forecast = afterCallsOf(Duration.ofMillis(60));
    assertThat(forecast.betterToWait(1, 1)).isTrue();
    assertThat(forecast.betterToWait(2, 1)).isFalse();
    assertThat(forecast.betterToWait(2, 2)).isTrue();
  }

  @Test
  void waitingIsPaidForWithAStart() {
    Forecast forecast = afterCallsOf(Duration.ofMillis(1));
    forecast.waited(START - 1);
    assertThat(forecast.betterToWait(1, 1)).isTrue();
    forecast.waited(1);
    assertThat(forecast.betterToWait(1, 1)).isFalse();
    forecast.starting();
    assertThat(forecast.betterToWait(1, 1)).isTrue();
  }

  @Test
  void quickStartsMakeWaitingWorthLess() {
    Forecast forecast = afterCallsOf(Duration.ofMillis(20));
    for (int i = 0; i < 100; i++) {
      forecast.startTook(Duration.ofMillis(6).toNanos());
    }
    assertThat(forecast.betterToWait(1, 1)).isFalse();
    assertThat(forecast.start())
        .isCloseTo(6_000_000, org.assertj.core.data.Offset.offset(100_000L));
  }
}
