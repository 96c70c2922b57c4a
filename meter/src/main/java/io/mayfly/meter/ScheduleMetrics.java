package io.mayfly.meter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** Counts and times of what fires by the clock. Safe for use by many threads. */
public final class ScheduleMetrics {
  /** From a millisecond, a timer that is in time, to a day, what is told late at all. */
  private static final double[] LATE = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86400
  };

  private final Counter fired;
  private final Counter missed;
  private final Counter retried;
  private final Counter failed;
  private final Counter deadLetterErrors;
  private final Histogram late;

  ScheduleMetrics(PrometheusRegistry registry) {
    fired =
        counter(
            registry,
            "mayfly_schedule_fired_total",
            "Times that schedules have fired, on the disk.");
    missed =
        counter(
            registry,
            "mayfly_schedule_missed_total",
            "Times of schedules that have passed and did not fire, because a later one did.");
    retried =
        counter(
            registry,
            "mayfly_schedule_retried_total",
            "Times that a schedule could not fire and was to be tried again.");
    failed =
        counter(
            registry,
            "mayfly_schedule_failed_total",
            "Times that a schedule's target was not told, and will not be.");
    deadLetterErrors =
        counter(
            registry,
            "mayfly_schedule_dead_letter_errors_total",
            "Dead-letter queues that could not be given what a schedule's target was not told.");
    late =
        Histogram.builder()
            .name("mayfly_schedule_late_seconds")
            .help("How much later than they were due schedules have fired.")
            .classicOnly()
            .classicUpperBounds(LATE)
            .register(registry);
  }

  private static Counter counter(PrometheusRegistry registry, String name, String help) {
    return Counter.builder().name(name).help(help).register(registry);
  }

  /** A schedule has fired so late. */
  public void fired(Duration after) {
    fired.inc();
    late.observe(after.toNanos() / 1e9);
  }

  public void missed(int times) {
    missed.inc(times);
  }

  public void retried() {
    retried.inc();
  }

  public void failed() {
    failed.inc();
  }

  public void deadLetterFailed() {
    deadLetterErrors.inc();
  }
}
