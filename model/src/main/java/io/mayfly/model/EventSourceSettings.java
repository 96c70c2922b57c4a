package io.mayfly.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a function is called with the records of an event source ("Lambda event source mappings" in
 * the developer guide). What is empty does not exist for the source, or was not given and has
 * Lambda's default.
 *
 * @param batchSize records of one call at most
 * @param window how long records are gathered for a call, up to 5 minutes
 * @param filters patterns, of which a record must match one; no patterns match every record
 * @param maximumConcurrency calls at the same time, 2 to 1,000
 * @param parallelization batches of one shard at the same time, 1 to 10
 * @param onFailure the ARN of what is told of records that are given up; may be empty text
 * @param maximumRecordAge in seconds; older records are given up; -1 for never
 * @param bisect whether a batch that fails is split in two
 * @param maximumRetries how often a batch that fails is tried again; -1 until it is too old
 * @param tumblingWindow in seconds, up to 15 minutes; 0 for none
 * @param responseTypes {@code ReportBatchItemFailures} or nothing
 * @param metrics which numbers are asked for
 * @param access what is needed to reach the source
 * @param pollers how many pollers are kept
 */
public record EventSourceSettings(
    int batchSize,
    Optional<Duration> window,
    List<String> filters,
    Optional<Integer> maximumConcurrency,
    Optional<Integer> parallelization,
    Optional<String> onFailure,
    Optional<Integer> maximumRecordAge,
    Optional<Boolean> bisect,
    Optional<Integer> maximumRetries,
    Optional<Integer> tumblingWindow,
    List<String> responseTypes,
    List<String> metrics,
    List<Access> access,
    Optional<Pollers> pollers) {
  /**
   * One part of what is needed to reach a source.
   *
   * @param type for example {@code BASIC_AUTH}
   * @param uri for example the ARN of a secret
   */
  public record Access(Optional<String> type, Optional<String> uri) {}

  /** How many pollers are kept, at least and at most. */
  public record Pollers(Optional<Integer> minimum, Optional<Integer> maximum) {
    /** Whether anything is said of them. */
    public boolean any() {
      return minimum.isPresent() || maximum.isPresent();
    }
  }

  public EventSourceSettings {
    filters = List.copyOf(filters);
    responseTypes = List.copyOf(responseTypes);
    metrics = List.copyOf(metrics);
    access = List.copyOf(access);
  }
}
