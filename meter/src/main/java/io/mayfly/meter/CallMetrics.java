package io.mayfly.meter;

import io.mayfly.model.ColdStart;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times of calls, for Prometheus. Labels are runtimes, parts and error names of the
 * platform's own, so that there is a bound on how many series there are, whatever functions do.
 * Safe for use by many threads.
 */
public final class CallMetrics {
  /** From half a millisecond, a warm call, to what Lambda lets a handler take. */
  private static final double[] SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 900
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final Counter calls =
      Counter.builder()
          .name("mayfly_calls_total")
          .help("Calls that reached a function, by runtime and result.")
          .labelNames("runtime", "result")
          .register(registry);
  private final Counter refusals =
      Counter.builder()
          .name("mayfly_refusals_total")
          .help("Requests answered with an error of the platform's own, by code.")
          .labelNames("code", "reason")
          .register(registry);
  private final Counter answers =
      Counter.builder()
          .name("mayfly_api_calls_total")
          .help("Calls of AWS APIs that succeeded, by operation and kind of client.")
          .labelNames("service", "operation", "client")
          .register(registry);
  private final Histogram durations =
      times("mayfly_call_seconds", "Time in the handler.", "runtime");
  private final Histogram waits =
      times("mayfly_wait_seconds", "Time that calls waited for a busy instance.", "runtime");
  private final Histogram coldStarts =
      times(
          "mayfly_cold_start_seconds",
          "What calls waited for before their handler ran, by part of the cold-start ledger.",
          "runtime",
          "part");

  private final EventMetrics events = new EventMetrics(registry);
  private final SourceMetrics sources = new SourceMetrics(registry);
  private final ScheduleMetrics schedules = new ScheduleMetrics(registry);
  private final TopicMetrics topics = new TopicMetrics(registry);
  private @Nullable MqttMetrics mqtt;

  /** Those of asynchronous calls. */
  public EventMetrics events() {
    return events;
  }

  /** What event source mappings bring. */
  public SourceMetrics sources() {
    return sources;
  }

  /** What fires by the clock. */
  public ScheduleMetrics schedules() {
    return schedules;
  }

  /** What is published to topics. */
  public TopicMetrics topics() {
    return topics;
  }

  /** What comes over MQTT; there from the first use on. */
  public synchronized MqttMetrics mqtt() {
    MqttMetrics known = mqtt;
    if (known == null) {
      known = new MqttMetrics(registry);
      mqtt = known;
    }
    return known;
  }

  /** Registers what is read when asked for. */
  public void gauge(String name, String help, IntSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsInt()))
        .register(registry);
  }

  /** Registers what is counted elsewhere and read when asked for. */
  public void counter(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  private Histogram times(String name, String help, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(SECONDS)
        .register(registry);
  }

  public void add(CallRecord call) {
    calls.labelValues(call.runtime(), result(call)).inc();
    durations.labelValues(call.runtime()).observe(seconds(call.duration()));
    if (call.cold().isPresent()) {
      addLedger(call, call.cold().get());
    } else if (!call.waited().isZero()) {
      waits.labelValues(call.runtime()).observe(seconds(call.waited()));
    }
  }

  public void add(RefusalRecord refusal) {
    refusals.labelValues(refusal.code(), refusal.reason()).inc();
  }

  /**
   * A call of an AWS API has succeeded.
   *
   * @param client one of a few kinds
   */
  public void answered(String service, String operation, String client) {
    answers.labelValues(service, operation, client).inc();
  }

  private void addLedger(CallRecord call, ColdStart cold) {
    part(call, "queue", cold.queue());
    part(call, "place", cold.place());
    part(call, "sandbox", cold.sandbox());
    part(call, "code", cold.code());
    part(call, "runtime", cold.runtime());
    part(call, "init", cold.init());
    part(call, "first_call", call.duration());
  }

  private void part(CallRecord call, String name, Duration time) {
    coldStarts.labelValues(call.runtime(), name).observe(seconds(time));
  }

  /** What handlers name their errors has no bound, so all of these are one result. */
  private static String result(CallRecord call) {
    return switch (call.errorType()) {
      case "" -> "success";
      case "Sandbox.Timedout" -> "timeout";
      case "Runtime.OutOfMemory" -> "out_of_memory";
      case "Runtime.ExitError" -> "exit";
      case "Runtime.InvalidResponse" -> "invalid_response";
      case "Function.ResponseSizeTooLarge" -> "response_too_large";
      default -> "error";
    };
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  /** In which form the metrics are written for a scraper that sends this {@code Accept} header. */
  public String contentType(@Nullable String accept) {
    return writer(accept).getContentType();
  }

  /** Writes all metrics in the form that {@link #contentType} names. */
  public void write(@Nullable String accept, OutputStream target) throws IOException {
    writer(accept).write(target, registry.scrape());
  }

  private ExpositionFormatWriter writer(@Nullable String accept) {
    return formats.findWriter(accept);
  }
}
