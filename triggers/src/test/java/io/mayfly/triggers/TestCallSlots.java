package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TestCallSlots {
  private static final int MANY = 10_000;

  private final AtomicLong now = new AtomicLong();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final CallSlots slots = new CallSlots(5, busy::get, now::get);

  private int takeAll(int most) {
    return slots.take(MANY, most);
  }

  private void pass(long milliseconds) {
    now.addAndGet(milliseconds * 1_000_000);
  }

  @Test
  void thereAreFiveAndTwiceAsManyEveryTenthOfASecond() {
    assertThat(slots.take(3, 1000)).isEqualTo(3);
    assertThat(takeAll(1000)).isEqualTo(2);
    for (int limit = 5; limit <= 320; limit *= 2) {
      assertThat(takeAll(1000)).isZero();
      pass(99);
      assertThat(takeAll(1000)).isZero();
      pass(1);
      assertThat(takeAll(1000)).isEqualTo(limit);
    }
    pass(100);
    assertThat(takeAll(1000)).isEqualTo(1000 - 640);
  }

  @Test
  void thereAreNeverMoreThanIsSaid() {
    assertThat(takeAll(2)).isEqualTo(2);
    pass(10_000);
    assertThat(takeAll(2)).isZero();
    assertThat(takeAll(0)).isZero();
  }

  @Test
  void whileTheProcessorsAreBusyLongCallsGetOnePlaceAtATime() {
    assertThat(takeAll(1000)).isEqualTo(5);
    busy.set(true);
    for (int i = 0; i < 20; i++) {
      pass(100);
      assertThat(takeAll(1000)).isEqualTo(1);
      assertThat(takeAll(1000)).isZero();
    }
  }

  @Test
  void whileTheProcessorsAreBusyShortCallsGetFewerPlaces() {
    assertThat(takeAll(1000)).isEqualTo(5);
    pass(100);
    assertThat(takeAll(1000)).isEqualTo(5);
    pass(100);
    assertThat(takeAll(1000)).isEqualTo(10);
    busy.set(true);
    for (int expected : new int[] {15, 11, 8, 6, 5, 5}) {
      for (int i = 0; i < 100; i++) {
        slots.giveBack(1);
        int _ = takeAll(1000);
      }
      pass(100);
      int _ = takeAll(1000);
      assertThat(slots.limit()).isEqualTo(expected);
    }
  }

  @Test
  void whileTheProcessorsHaveTimeBriefCallsGetOnePlaceAtATime() {
    assertThat(takeAll(1000)).isEqualTo(5);
    for (int expected = 6; expected < 20; expected++) {
      for (int i = 0; i < 100; i++) {
        slots.giveBack(1);
        int _ = takeAll(1000);
      }
      pass(100);
      int _ = takeAll(1000);
      assertThat(slots.limit()).isEqualTo(expected);
    }
  }

  @Test
  void throttlesHalveAndCallsThatAreThrottledTogetherCountOnce() {
    assertThat(takeAll(1000)).isEqualTo(5);
    for (int i = 0; i < 5; i++) {
      slots.throttled();
    }
    assertThat(slots.limit()).isEqualTo(2);
    pass(100);
    slots.throttled();
    assertThat(slots.limit()).isEqualTo(1);
    pass(999);
    assertThat(takeAll(1000)).isZero();
    assertThat(slots.limit()).isEqualTo(1);
    pass(1);
    assertThat(takeAll(1000)).isZero();
    assertThat(slots.limit()).isEqualTo(2);
  }

  @Test
  void whenNothingWaitsThereIsRoomForTwiceWhatRunsAndForTheFirst() {
    assertThat(takeAll(1000)).isEqualTo(5);
    for (int i = 0; i < 5; i++) {
      pass(100);
      assertThat(takeAll(1000)).isEqualTo(5 << i);
    }
    slots.giveBack(140);
    slots.idle();
    assertThat(slots.limit()).isEqualTo(40);
    slots.giveBack(20);
    slots.idle();
    assertThat(slots.limit()).isEqualTo(5);
    assertThat(slots.taken()).isZero();
  }
}
