package io.mayfly.lambda;

import io.mayfly.functions.EventSourceChange;
import io.mayfly.functions.EventSourceChange.Concurrency;
import io.mayfly.model.EventSourceSettings.Access;
import io.mayfly.model.EventSourceSettings.Pollers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings that creating and updating an event source mapping both take, in the API's words.
 */
interface MappingSettings {
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

  Optional<Integer> batchSize();

  Optional<Integer> maximumBatchingWindowInSeconds();

  Optional<Filters> filterCriteria();

  Optional<Scaling> scalingConfig();

  Optional<Integer> parallelizationFactor();

  Optional<Destinations> destinationConfig();

  Optional<Integer> maximumRecordAgeInSeconds();

  Optional<Boolean> bisectBatchOnFunctionError();

  Optional<Integer> maximumRetryAttempts();

  Optional<Integer> tumblingWindowInSeconds();

  Optional<List<String>> functionResponseTypes();

  Optional<Metrics> metricsConfig();

  Optional<List<SourceAccess>> sourceAccessConfigurations();

  Optional<PollerBounds> provisionedPollerConfig();

  /** What is said by them. */
  default EventSourceChange change() {
    return new EventSourceChange(
        batchSize(),
        maximumBatchingWindowInSeconds().map(Duration::ofSeconds),
        filterCriteria()
            .map(
                criteria ->
                    criteria.filters().stream().map(one -> one.pattern().orElse("")).toList()),
        scalingConfig().map(scaling -> new Concurrency(scaling.maximumConcurrency())),
        parallelizationFactor(),
        destinationConfig()
            .flatMap(Destinations::onFailure)
            .map(target -> target.destination().orElse("")),
        maximumRecordAgeInSeconds(),
        bisectBatchOnFunctionError(),
        maximumRetryAttempts(),
        tumblingWindowInSeconds(),
        functionResponseTypes(),
        metricsConfig().map(Metrics::metrics),
        sourceAccessConfigurations()
            .map(all -> all.stream().map(one -> new Access(one.type(), one.uri())).toList()),
        provisionedPollerConfig()
            .map(bounds -> new Pollers(bounds.minimumPollers(), bounds.maximumPollers())));
  }
}
