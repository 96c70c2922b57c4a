package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSource.Kind;
import io.mayfly.model.EventSource.Position;
import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.EventSourceSettings.Pollers;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What each kind of event source takes and what it has where nothing is said: the developer guide's
 * pages on them, and {@code CreateEventSourceMapping} in the API reference.
 */
final class EventSourceRules {
  private static final int MOST_FILTERS = 5;
  private static final int MOST_WITHOUT_WINDOW = 10;
  private static final int LEAST_RECORD_AGE = 60;
  private static final int NEVER = -1;
  private static final Set<Kind> QUEUE = EnumSet.of(Kind.SQS);
  private static final Set<Kind> STREAMS = EnumSet.of(Kind.KINESIS, Kind.DYNAMODB);
  private static final Set<Kind> LOGS = EnumSet.of(Kind.KINESIS, Kind.DYNAMODB, Kind.KAFKA);
  private static final Set<Kind> ALL_BUT_MQ = EnumSet.complementOf(EnumSet.of(Kind.MQ));
  private static final Set<Kind> BROKERS = EnumSet.of(Kind.KAFKA, Kind.MQ);
  private static final Set<Kind> POLLED = EnumSet.of(Kind.SQS, Kind.KAFKA);
  private static final Pattern DESTINATION =
      Pattern.compile("arn:aws[a-zA-Z-]*:(sqs|sns|s3):.+|kafka://.+");

  private EventSourceRules() {}

  /** What a source of this kind has where nothing is said. */
  static EventSourceSettings defaults(Kind kind) {
    boolean stream = kind.stream();
    return new EventSourceSettings(
        kind == Kind.SQS ? 10 : 100,
        BROKERS.contains(kind) ? Optional.empty() : Optional.of(Duration.ZERO),
        List.of(),
        Optional.empty(),
        stream ? Optional.of(1) : Optional.empty(),
        Optional.empty(),
        stream ? Optional.of(NEVER) : Optional.empty(),
        stream ? Optional.of(false) : Optional.empty(),
        stream ? Optional.of(NEVER) : Optional.empty(),
        stream ? Optional.of(0) : Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  /**
   * Checks a source by itself.
   *
   * @throws MayflyException if it lacks something, or has what its kind does not have
   */
  static void check(EventSource source, Instant now) {
    Kind kind = source.kind();
    only(kind, LOGS, "StartingPosition", source.position().isPresent());
    only(kind, EnumSet.of(Kind.KAFKA), "Topics", !source.topics().isEmpty());
    only(kind, EnumSet.of(Kind.MQ), "Queues", !source.queues().isEmpty());
    if (LOGS.contains(kind) && source.position().isEmpty()) {
      throw invalid(
          "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.");
    }
    boolean fromTime = source.position().equals(Optional.of(Position.AT_TIMESTAMP));
    if (fromTime && kind == Kind.DYNAMODB) {
      throw invalid("Unsupported starting position for arn type: " + source.arn().orElse(""));
    }
    if (fromTime != source.timestamp().isPresent()) {
      throw invalid(
          "StartingPositionTimestamp must be specified if StartingPosition is AT_TIMESTAMP, and cannot be otherwise.");
    }
    if (source.timestamp().filter(now::isBefore).isPresent()) {
      throw invalid("StartingPositionTimestamp cannot be in the future.");
    }
    if (kind == Kind.KAFKA && source.topics().isEmpty()) {
      throw invalid("Topics must be specified for self-managed Kafka event sources.");
    }
    if (kind == Kind.MQ && source.queues().isEmpty()) {
      throw invalid("Queues must be specified for MQ event sources.");
    }
  }

  /**
   * Checks that settings which are given exist for a kind of source.
   *
   * @throws MayflyException naming the first that does not
   */
  static void checkKnown(Kind kind, EventSourceChange change) {
    only(kind, QUEUE, "ScalingConfig", change.maximumConcurrency().isPresent());
    only(kind, STREAMS, "ParallelizationFactor", change.parallelization().isPresent());
    only(kind, STREAMS, "TumblingWindowInSeconds", change.tumblingWindow().isPresent());
    only(kind, LOGS, "DestinationConfig", change.onFailure().isPresent());
    only(kind, LOGS, "MaximumRecordAgeInSeconds", change.maximumRecordAge().isPresent());
    only(kind, LOGS, "BisectBatchOnFunctionError", change.bisect().isPresent());
    only(kind, LOGS, "MaximumRetryAttempts", change.maximumRetries().isPresent());
    only(kind, ALL_BUT_MQ, "FunctionResponseTypes", holdsAny(change.responseTypes()));
    only(kind, ALL_BUT_MQ, "MetricsConfig", holdsAny(change.metrics()));
    only(kind, BROKERS, "SourceAccessConfigurations", holdsAny(change.access()));
    only(kind, POLLED, "ProvisionedPollerConfig", change.pollers().isPresent());
  }

  private static boolean holdsAny(Optional<? extends List<?>> given) {
    return given.isPresent() && !given.get().isEmpty();
  }

  private static void only(Kind kind, Set<Kind> kinds, String setting, boolean given) {
    if (given && !kinds.contains(kind)) {
      throw invalid(
          "%s is not supported for event sources of %s.".formatted(setting, kind.words()));
    }
  }

  /**
   * Checks settings as they would be.
   *
   * @throws MayflyException if they do not go together
   */
  static void check(EventSource source, EventSourceSettings settings) {
    if (source.kind() == Kind.SQS) {
      checkQueue(source, settings);
    }
    if (settings.filters().size() > MOST_FILTERS) {
      throw invalid(
          "FilterCriteria has %d filters; an event source mapping has at most %d."
              .formatted(settings.filters().size(), MOST_FILTERS));
    }
    if (!settings.filters().stream().allMatch(FilterRules::isPattern)) {
      throw invalid("Invalid filter pattern definition.");
    }
    int age = settings.maximumRecordAge().orElse(NEVER);
    if (age != NEVER && age < LEAST_RECORD_AGE) {
      throw invalid(
          "MaximumRecordAgeInSeconds must be -1 or at least %d.".formatted(LEAST_RECORD_AGE));
    }
    settings
        .onFailure()
        .filter(arn -> !arn.isEmpty() && !DESTINATION.matcher(arn).matches())
        .ifPresent(
            arn -> {
              throw invalid("The destination ARN %s is invalid.".formatted(arn));
            });
    if (source.kind() != Kind.KAFKA
        && !settings.metrics().stream().allMatch(metric -> metric.equals("EventCount"))) {
      throw invalid(
          "MetricsConfig: event sources of %s have EventCount alone."
              .formatted(source.kind().words()));
    }
    if (source.kind() == Kind.MQ
        && settings.access().stream()
            .noneMatch(one -> one.type().equals(Optional.of("BASIC_AUTH")))) {
      throw invalid(
          "SourceAccessConfigurations must hold one of type BASIC_AUTH for MQ event sources.");
    }
    settings.pollers().ifPresent(pollers -> checkPollers(source.kind(), pollers));
  }

  private static void checkQueue(EventSource source, EventSourceSettings settings) {
    boolean gathers = settings.window().orElse(Duration.ZERO).isPositive();
    if (source.fifo() && gathers) {
      throw invalid("Batching window is not supported for FIFO queues");
    }
    if (source.fifo() && settings.batchSize() > MOST_WITHOUT_WINDOW) {
      throw invalid("Batch size must not exceed %d for FIFO queues".formatted(MOST_WITHOUT_WINDOW));
    }
    if (settings.batchSize() > MOST_WITHOUT_WINDOW && !gathers) {
      throw invalid(
          "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
    }
    if (settings.pollers().isPresent() && settings.maximumConcurrency().isPresent()) {
      throw invalid(
          "Provisioned mode for SQS ESM does not support maximum concurrency feature. Use MaximumPollers as the control mechanism and remove maximum concurrency.");
    }
  }

  private static void checkPollers(Kind kind, Pollers pollers) {
    int least = kind == Kind.SQS ? 2 : 1;
    int minimum = pollers.minimum().orElse(least);
    if (minimum < least || pollers.maximum().orElse(minimum) < minimum) {
      throw invalid(
          "MinimumPollers should be between [%d, 200] and MaximumPollers should be between [MinimumPollers, 10000]"
              .formatted(least));
    }
  }

  static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }
}
