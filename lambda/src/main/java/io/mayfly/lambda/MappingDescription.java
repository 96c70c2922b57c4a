package io.mayfly.lambda;

import io.mayfly.functions.EventDeliveries.Status;
import io.mayfly.model.Account;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.EventSourceSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The API's {@code EventSourceMappingConfiguration} shape. */
record MappingDescription(
    String uuid,
    String eventSourceMappingArn,
    Optional<String> eventSourceArn,
    Optional<MappingSettings.OwnSource> selfManagedEventSource,
    Optional<MappingSettings.OwnKafka> selfManagedKafkaEventSourceConfig,
    Optional<List<String>> topics,
    Optional<List<String>> queues,
    Optional<String> startingPosition,
    Optional<Instant> startingPositionTimestamp,
    String functionArn,
    String state,
    String stateTransitionReason,
    Optional<String> lastProcessingResult,
    Instant lastModified,
    int batchSize,
    Optional<Integer> maximumBatchingWindowInSeconds,
    Optional<MappingSettings.Filters> filterCriteria,
    Optional<MappingSettings.Scaling> scalingConfig,
    Optional<Integer> parallelizationFactor,
    Optional<MappingSettings.Destinations> destinationConfig,
    Optional<Integer> maximumRecordAgeInSeconds,
    Optional<Boolean> bisectBatchOnFunctionError,
    Optional<Integer> maximumRetryAttempts,
    Optional<Integer> tumblingWindowInSeconds,
    Optional<List<String>> functionResponseTypes,
    Optional<MappingSettings.Metrics> metricsConfig,
    Optional<List<MappingSettings.SourceAccess>> sourceAccessConfigurations,
    Optional<MappingSettings.PollerBounds> provisionedPollerConfig) {
  /**
   * Describes a mapping that something has just been asked of.
   *
   * @param state what is being done to it
   */
  static MappingDescription of(EventSourceMapping mapping, Account account, String state) {
    return of(mapping, account, new Status(state, Optional.empty()));
  }

  static MappingDescription of(EventSourceMapping mapping, Account account, Status status) {
    EventSource source = mapping.source();
    EventSourceSettings settings = mapping.settings();
    boolean queue = source.kind() == EventSource.Kind.SQS;
    return new MappingDescription(
        mapping.uuid(),
        mapping.arn(account),
        source.arn(),
        source.brokers().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new MappingSettings.OwnSource(
                    Map.of(MappingSettings.OwnSource.BROKERS, source.brokers()))),
        source.consumerGroup().map(group -> new MappingSettings.OwnKafka(Optional.of(group))),
        unlessEmpty(source.topics()),
        unlessEmpty(source.queues()),
        source.position().map(EventSource.Position::name),
        source.timestamp(),
        mapping.functionArn(account).toString(),
        status.state(),
        queue ? "USER_INITIATED" : "User action",
        status
            .lastResult()
            .or(() -> queue ? Optional.empty() : Optional.of("No records processed")),
        mapping.lastModified(),
        settings.batchSize(),
        settings.window().map(window -> (int) window.toSeconds()),
        unlessEmpty(settings.filters()).map(MappingDescription::filters),
        settings.maximumConcurrency().map(most -> new MappingSettings.Scaling(Optional.of(most))),
        settings.parallelization(),
        destinations(source, settings),
        settings.maximumRecordAge(),
        settings.bisect(),
        settings.maximumRetries(),
        settings.tumblingWindow(),
        source.kind() == EventSource.Kind.MQ
            ? Optional.empty()
            : Optional.of(settings.responseTypes()),
        unlessEmpty(settings.metrics()).map(MappingSettings.Metrics::new),
        unlessEmpty(settings.access())
            .map(
                all ->
                    all.stream()
                        .map(one -> new MappingSettings.SourceAccess(one.type(), one.uri()))
                        .toList()),
        settings
            .pollers()
            .map(
                pollers -> new MappingSettings.PollerBounds(pollers.minimum(), pollers.maximum())));
  }

  private static MappingSettings.Filters filters(List<String> patterns) {
    return new MappingSettings.Filters(
        patterns.stream().map(text -> new MappingSettings.Filter(Optional.of(text))).toList());
  }

  private static Optional<MappingSettings.Destinations> destinations(
      EventSource source, EventSourceSettings settings) {
    Optional<String> failures = settings.onFailure().filter(arn -> !arn.isEmpty());
    return source.kind().stream() || failures.isPresent()
        ? Optional.of(
            new MappingSettings.Destinations(Optional.of(new MappingSettings.Target(failures))))
        : Optional.empty();
  }

  private static <T> Optional<List<T>> unlessEmpty(List<T> list) {
    return Optional.of(list).filter(some -> !some.isEmpty());
  }
}
