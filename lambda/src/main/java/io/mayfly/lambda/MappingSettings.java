package io.mayfly.lambda;

import io.mayfly.aws.Mixin;
import io.mayfly.functions.EventSourceChange;
import io.mayfly.functions.EventSourceChange.Concurrency;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.EventSourceSettings.Access;
import io.mayfly.model.EventSourceSettings.Pollers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings that creating and updating an event source mapping take and every answer tells, in
 * the API's words.
 */
record MappingSettings(
    Optional<Integer> batchSize,
    Optional<Integer> maximumBatchingWindowInSeconds,
    Optional<Filters> filterCriteria,
    Optional<Scaling> scalingConfig,
    Optional<Integer> parallelizationFactor,
    Optional<Destinations> destinationConfig,
    Optional<Integer> maximumRecordAgeInSeconds,
    Optional<Boolean> bisectBatchOnFunctionError,
    Optional<Integer> maximumRetryAttempts,
    Optional<Integer> tumblingWindowInSeconds,
    Optional<List<String>> functionResponseTypes,
    Optional<Metrics> metricsConfig,
    Optional<List<SourceAccess>> sourceAccessConfigurations,
    Optional<PollerBounds> provisionedPollerConfig)
    implements Mixin {
  /** The API's {@code FilterCriteria} shape. */
  record Filters(List<Filter> filters) {}

  record Filter(Optional<String> pattern) {}

  /** The API's {@code ScalingConfig} shape. */
  record Scaling(Optional<Integer> maximumConcurrency) {}

  /** The API's {@code DestinationConfig} shape, which has one destination here. */
  record Destinations(Optional<Target> onFailure) {}

  record Target(Optional<String> destination) {}

  /** The API's {@code SourceAccessConfiguration} shape. */
  record SourceAccess(Optional<String> type, Optional<String> uri) {}

  /** The API's {@code ProvisionedPollerConfig} shape. */
  record PollerBounds(Optional<Integer> minimumPollers, Optional<Integer> maximumPollers) {}

  /** The API's {@code EventSourceMappingMetricsConfig} shape. */
  record Metrics(List<String> metrics) {}

  /** The API's {@code SelfManagedEventSource} shape. */
  record OwnSource(Map<String, List<String>> endpoints) {
    static final String BROKERS = "KAFKA_BOOTSTRAP_SERVERS";
  }

  /** The API's {@code SelfManagedKafkaEventSourceConfig} shape. */
  record OwnKafka(Optional<String> consumerGroupId) {}

  /** The settings of a mapping as its owner is told of them. */
  static MappingSettings of(EventSource source, EventSourceSettings settings) {
    return new MappingSettings(
        Optional.of(settings.batchSize()),
        settings.window().map(window -> (int) window.toSeconds()),
        MappingDescription.unlessEmpty(settings.filters()).map(MappingSettings::filters),
        settings.maximumConcurrency().map(most -> new Scaling(Optional.of(most))),
        settings.parallelization(),
        destinations(source, settings),
        settings.maximumRecordAge(),
        settings.bisect(),
        settings.maximumRetries(),
        settings.tumblingWindow(),
        source.kind() == EventSource.Kind.MQ
            ? Optional.empty()
            : Optional.of(settings.responseTypes()),
        MappingDescription.unlessEmpty(settings.metrics()).map(Metrics::new),
        MappingDescription.unlessEmpty(settings.access())
            .map(all -> all.stream().map(one -> new SourceAccess(one.type(), one.uri())).toList()),
        settings.pollers().map(pollers -> new PollerBounds(pollers.minimum(), pollers.maximum())));
  }

  private static Filters filters(List<String> patterns) {
    return new Filters(patterns.stream().map(text -> new Filter(Optional.of(text))).toList());
  }

  private static Optional<Destinations> destinations(
      EventSource source, EventSourceSettings settings) {
    Optional<String> failures = settings.onFailure().filter(arn -> !arn.isEmpty());
    return source.kind().stream() || failures.isPresent()
        ? Optional.of(new Destinations(Optional.of(new Target(failures))))
        : Optional.empty();
  }

  /** What is said by them. */
  EventSourceChange change() {
    return new EventSourceChange(
        batchSize,
        maximumBatchingWindowInSeconds.map(Duration::ofSeconds),
        filterCriteria.map(
            criteria -> criteria.filters().stream().map(one -> one.pattern().orElse("")).toList()),
        scalingConfig.map(scaling -> new Concurrency(scaling.maximumConcurrency())),
        parallelizationFactor,
        destinationConfig
            .flatMap(Destinations::onFailure)
            .map(target -> target.destination().orElse("")),
        maximumRecordAgeInSeconds,
        bisectBatchOnFunctionError,
        maximumRetryAttempts,
        tumblingWindowInSeconds,
        functionResponseTypes,
        metricsConfig.map(Metrics::metrics),
        sourceAccessConfigurations.map(
            all -> all.stream().map(one -> new Access(one.type(), one.uri())).toList()),
        provisionedPollerConfig.map(
            bounds -> new Pollers(bounds.minimumPollers(), bounds.maximumPollers())));
  }
}
