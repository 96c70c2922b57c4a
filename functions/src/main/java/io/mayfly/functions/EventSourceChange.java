package io.mayfly.functions;

import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.EventSourceSettings.Access;
import io.mayfly.model.EventSourceSettings.Pollers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an owner says of how a function is to be called with an event source's records; what is
 * empty stays, and what is given without a value is taken back. The components are those of {@link
 * EventSourceSettings}.
 */
public record EventSourceChange(
    Optional<Integer> batchSize,
    Optional<Duration> window,
    Optional<List<String>> filters,
    Optional<Concurrency> maximumConcurrency,
    Optional<Integer> parallelization,
    Optional<String> onFailure,
    Optional<Integer> maximumRecordAge,
    Optional<Boolean> bisect,
    Optional<Integer> maximumRetries,
    Optional<Integer> tumblingWindow,
    Optional<List<String>> responseTypes,
    Optional<List<String>> metrics,
    Optional<List<Access>> access,
    Optional<Pollers> pollers) {
  /** How many calls at the same time, or as many as there may be. */
  public record Concurrency(Optional<Integer> most) {}

  EventSourceSettings applyTo(EventSourceSettings before) {
    return new EventSourceSettings(
        batchSize.orElse(before.batchSize()),
        window.or(before::window),
        filters.orElse(before.filters()),
        maximumConcurrency.orElse(new Concurrency(before.maximumConcurrency())).most(),
        parallelization.or(before::parallelization),
        onFailure.or(before::onFailure),
        maximumRecordAge.or(before::maximumRecordAge),
        bisect.or(before::bisect),
        maximumRetries.or(before::maximumRetries),
        tumblingWindow.or(before::tumblingWindow),
        responseTypes.orElse(before.responseTypes()),
        metrics.orElse(before.metrics()),
        access.orElse(before.access()),
        pollers.or(before::pollers).filter(Pollers::any));
  }
}
