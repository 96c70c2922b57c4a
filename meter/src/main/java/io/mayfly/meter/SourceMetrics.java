package io.mayfly.meter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts of what event source mappings bring to functions. The first so many mappings have series
 * of their own, the others are one, so that there is a bound on how many series there are. Safe for
 * use by many threads.
 */
public final class SourceMetrics {
  /** Mappings that have series of their own. */
  static final int MAPPINGS = 100;

  private static final String OTHERS = "other";
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Counter batches;
  private final Counter messages;
  private final Counter filtered;
  private final Counter looped;
  private final Counter discarded;
  private final Counter throttles;

  SourceMetrics(PrometheusRegistry registry) {
    batches =
        Counter.builder()
            .name("mayfly_source_batches_total")
            .help("Batches that event source mappings have called functions with, by result.")
            .labelNames("mapping", "result")
            .register(registry);
    messages =
        Counter.builder()
            .name("mayfly_source_records_total")
            .help("Records in batches that functions have been called with.")
            .labelNames("mapping")
            .register(registry);
    filtered =
        Counter.builder()
            .name("mayfly_source_filtered_total")
            .help("Records that matched no filter of their mapping.")
            .labelNames("mapping")
            .register(registry);
    looped =
        Counter.builder()
            .name("mayfly_source_loops_total")
            .help("Records that were taken from their queue because their function ran in a loop.")
            .labelNames("mapping")
            .register(registry);
    discarded =
        Counter.builder()
            .name("mayfly_source_discarded_total")
            .help("Records that were given up after failures, too old or too large.")
            .labelNames("mapping")
            .register(registry);
    throttles =
        Counter.builder()
            .name("mayfly_source_throttles_total")
            .help("Times that a batch had to wait because its function could not be run.")
            .labelNames("mapping")
            .register(registry);
  }

  private String label(String mapping) {
    if (known.contains(mapping)) {
      return mapping;
    }
    synchronized (known) {
      return known.size() < MAPPINGS && known.add(mapping) ? mapping : OTHERS;
    }
  }

  /**
   * A batch has ended.
   *
   * @param result one of a few
   */
  public void ended(String mapping, String result, int records) {
    String label = label(mapping);
    batches.labelValues(label, result).inc();
    messages.labelValues(label).inc(records);
  }

  public void filtered(String mapping, int records) {
    filtered.labelValues(label(mapping)).inc(records);
  }

  public void looped(String mapping, int records) {
    looped.labelValues(label(mapping)).inc(records);
  }

  public void discarded(String mapping, int records) {
    discarded.labelValues(label(mapping)).inc(records);
  }

  public void throttled(String mapping) {
    throttles.labelValues(label(mapping)).inc();
  }
}
