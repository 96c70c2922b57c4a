package io.mayfly.server;

import io.mayfly.meter.ScheduleMetrics;
import io.mayfly.scheduler.FailureListener;
import io.mayfly.triggers.AlarmListener;
import java.time.Duration;

/** Tells an account's meter of what fires by the clock. */
record ScheduleMeter(ScheduleMetrics metrics) implements AlarmListener, FailureListener {
  @Override
  public void rang(String key, Duration late) {
    metrics.fired(late);
  }

  @Override
  public void missed(String key, int ticks) {
    metrics.missed(ticks);
  }

  @Override
  public void retried(String key, String why) {
    metrics.retried();
  }

  @Override
  public void failed(String schedule, String code, String message) {
    metrics.failed();
  }

  @Override
  public void deadLetterFailed(String schedule, String queue, String why) {
    metrics.deadLetterFailed();
  }
}
