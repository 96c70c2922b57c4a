package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TestBatchSlots {
  private final AtomicLong now = new AtomicLong();
  private final BatchSlots slots = new BatchSlots(BatchSlots.FIRST, now::get);

  private int takeAll(int most) {
    int taken = 0;
    while (slots.take(most)) {
      taken++;
    }
    return taken;
  }

  private void pass(long milliseconds) {
    now.addAndGet(milliseconds * 1_000_000);
  }

  @Test
  void thereAreFiveAndOneMoreEveryTenthOfASecond() {
    assertThat(takeAll(1000)).isEqualTo(5);
    for (int i = 0; i < 20; i++) {
      assertThat(takeAll(1000)).isZero();
      pass(100);
      assertThat(takeAll(1000)).isEqualTo(1);
    }
    assertThat(slots.limit()).isEqualTo(25);
  }

  @Test
  void thereAreNeverMoreThanIsSaid() {
    assertThat(takeAll(2)).isEqualTo(2);
    pass(10_000);
    assertThat(takeAll(2)).isZero();
    assertThat(takeAll(0)).isZero();
  }

  @Test
  void throttlesHalveAndBatchesThatAreThrottledTogetherCountOnce() {
    assertThat(takeAll(1000)).isEqualTo(5);
    for (int i = 0; i < 5; i++) {
      slots.throttled();
    }
    assertThat(slots.limit()).isEqualTo(2);
    pass(100);
    slots.throttled();
    assertThat(slots.limit()).isEqualTo(1);
    pass(999);
    assertThat(slots.take(1000)).isFalse();
    assertThat(slots.limit()).isEqualTo(1);
    pass(1);
    assertThat(slots.take(1000)).isFalse();
    assertThat(slots.limit()).isEqualTo(2);
  }

  @Test
  void whenNothingWaitsThereAreAsManyAsAtFirst() {
    assertThat(takeAll(1000)).isEqualTo(5);
    for (int i = 0; i < 10; i++) {
      pass(100);
      assertThat(takeAll(1000)).isEqualTo(1);
    }
    for (int i = 0; i < 15; i++) {
      slots.giveBack();
    }
    slots.idle();
    assertThat(slots.limit()).isEqualTo(5);
    assertThat(slots.taken()).isZero();
  }
}
