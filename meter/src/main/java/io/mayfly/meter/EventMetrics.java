package io.mayfly.meter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/**
 * Counts and times of asynchronous calls, as Lambda has them among its metrics
 * (AsyncEventsReceived, AsyncEventAge, AsyncEventsDropped, DestinationDeliveryFailures,
 * DeadLetterErrors). Safe for use by many threads.
 */
public final class EventMetrics {
  /** From a hundredth of a second, an event that is handled at once, to the oldest there can be. */
  private static final double[] AGES = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1800, 3600, 21600
  };

  private final Counter received;
  private final Counter retried;
  private final Counter dropped;
  private final Counter destinationFailures;
  private final Counter deadLetterErrors;
  private final Histogram age;

  EventMetrics(PrometheusRegistry registry) {
    received =
        counter("mayfly_async_received_total", "Events accepted for asynchronous calls.")
            .register(registry);
    retried =
        counter(
                "mayfly_async_retried_total",
                "Times that an event went back to its queue, because its function failed or could not be run.")
            .register(registry);
    dropped =
        counter("mayfly_async_dropped_total", "Events that were given up, by condition.")
            .labelNames("condition")
            .register(registry);
    destinationFailures =
        counter(
                "mayfly_async_destination_failures_total",
                "Destinations that could not be told of an event.")
            .register(registry);
    deadLetterErrors =
        counter(
                "mayfly_async_dead_letter_errors_total",
                "Dead-letter queues that could not be given an event.")
            .register(registry);
    age =
        Histogram.builder()
            .name("mayfly_async_age_seconds")
            .help("How old events were when their function was to run.")
            .classicOnly()
            .classicUpperBounds(AGES)
            .register(registry);
  }

  private static Counter.Builder counter(String name, String help) {
    return Counter.builder().name(name).help(help);
  }

  public void received() {
    received.inc();
  }

  /** A function is to be run with an event that is so old. */
  public void started(Duration old) {
    age.observe(old.toNanos() / 1e9);
  }

  public void retried() {
    retried.inc();
  }

  /**
   * An event has been given up.
   *
   * @param condition one of Lambda's few
   */
  public void dropped(String condition) {
    dropped.labelValues(condition).inc();
  }

  public void destinationFailed() {
    destinationFailures.inc();
  }

  public void deadLetterFailed() {
    deadLetterErrors.inc();
  }
}
