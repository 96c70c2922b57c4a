package io.mayfly.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Rings at an instance's deadlines without a timer for each call: nearly every call is over long
 * before its deadline, and the deadline of the next is later. So an alarm that is set stays set,
 * and asks when it rings whether anything is due by now. Thread-safe.
 */
final class DeadlineAlarm {
  private final ScheduledExecutorService timer;
  private final UnaryOperator<Instant> due;

  /** When it rings; only ever brought forward, until it has rung. */
  private volatile Instant set = Instant.MAX;

  /**
   * @param due ends what is due by a time and answers the next deadline, {@link Instant#MAX} if
   *     there is none
   */
  DeadlineAlarm(ScheduledExecutorService timer, UnaryOperator<Instant> due) {
    this.timer = timer;
    this.due = due;
  }

  /** Has it ring at a deadline or before. To be called after the deadline is known to ring. */
  void atLatest(Instant deadline) {
    if (deadline.isBefore(set)) {
      set(deadline);
    }
  }

  private synchronized void set(Instant deadline) {
    if (!deadline.isBefore(set)) {
      return;
    }
    set = deadline;
    long wait = Math.max(0, Duration.between(Instant.now(), deadline).toNanos());
    var _ = timer.schedule(() -> ring(deadline), wait, TimeUnit.NANOSECONDS);
  }

  private void ring(Instant deadline) {
    synchronized (this) {
      if (!set.equals(deadline)) {
        return; // It was brought forward.
      }
      // First unset, then look: a call that came before the look is seen, one after it sets.
      set = Instant.MAX;
    }
    atLatest(due.apply(Instant.now()));
  }
}
