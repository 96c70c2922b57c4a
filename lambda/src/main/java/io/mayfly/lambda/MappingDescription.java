package io.mayfly.lambda;

import io.mayfly.functions.EventDeliveries.Status;
import io.mayfly.model.Account;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceMapping;
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
    MappingSettings settings) {
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
        MappingSettings.of(source, mapping.settings()));
  }

  static <T> Optional<List<T>> unlessEmpty(List<T> list) {
    return Optional.of(list).filter(some -> !some.isEmpty());
  }
}
