package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSource;
import io.mayfly.model.MayflyException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code CreateEventSourceMapping}. */
final class CreateEventSourceMapping
    implements Operation<CreateEventSourceMapping.Input, MappingDescription> {
  private static final Map<EventSource.Kind, Pattern> ARNS =
      Map.of(
          EventSource.Kind.SQS, arn("sqs", "[^:]+"),
          EventSource.Kind.KINESIS, arn("kinesis", "stream/.+"),
          EventSource.Kind.DYNAMODB, arn("dynamodb", "table/.+/stream/.+"),
          EventSource.Kind.MQ, arn("mq", "broker:.+"));
  private static final Pattern NOT_YET = arn("(kafka|rds)", ".+");

  record Input(
      Optional<String> eventSourceArn,
      Optional<MappingSettings.OwnSource> selfManagedEventSource,
      Optional<MappingSettings.OwnKafka> selfManagedKafkaEventSourceConfig,
      List<String> topics,
      List<String> queues,
      Optional<String> startingPosition,
      Optional<Instant> startingPositionTimestamp,
      String functionName,
      Optional<Boolean> enabled,
      Map<String, String> tags,
      MappingSettings settings) {}

  private final Account account;
  private final EventSourceMappings mappings;
  private final FunctionReferences references;

  CreateEventSourceMapping(
      Account account, EventSourceMappings mappings, FunctionReferences references) {
    this.account = account;
    this.mappings = mappings;
    this.references = references;
  }

  private static Pattern arn(String service, String resource) {
    return Pattern.compile("arn:aws[a-zA-Z-]*:" + service + ":[a-z0-9-]+:[0-9]{12}:" + resource);
  }

  @Override
  public MappingDescription handle(Input input, Caller caller) {
    return MappingDescription.of(
        mappings.create(
            source(input),
            references.resolve(input.functionName(), Optional.empty()),
            input.enabled().orElse(true),
            input.settings().change(),
            input.tags()),
        account,
        "Creating");
  }

  private static EventSource source(Input input) {
    List<String> brokers =
        input
            .selfManagedEventSource()
            .map(own -> own.endpoints().getOrDefault(MappingSettings.OwnSource.BROKERS, List.of()))
            .orElse(List.of());
    if (input.eventSourceArn().isPresent() == !brokers.isEmpty()) {
      throw unrecognized();
    }
    Optional<String> group =
        input
            .selfManagedKafkaEventSourceConfig()
            .flatMap(MappingSettings.OwnKafka::consumerGroupId);
    if (brokers.isEmpty() && group.isPresent()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "SelfManagedKafkaEventSourceConfig is for self-managed Kafka event sources.");
    }
    return new EventSource(
        input.eventSourceArn().map(CreateEventSourceMapping::kind).orElse(EventSource.Kind.KAFKA),
        input.eventSourceArn(),
        brokers,
        input.topics(),
        input.queues(),
        input.startingPosition().map(EventSource.Position::valueOf),
        input.startingPositionTimestamp(),
        group);
  }

  private static EventSource.Kind kind(String arn) {
    if (NOT_YET.matcher(arn).matches()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "EventSourceArn: Mayfly does not support Amazon MSK and DocumentDB as event sources yet; it has SQS, Kinesis, DynamoDB, MQ and self-managed Kafka");
    }
    return ARNS.entrySet().stream()
        .filter(entry -> entry.getValue().matcher(arn).matches())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(CreateEventSourceMapping::unrecognized);
  }

  private static MayflyException unrecognized() {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, "Unrecognized event source.");
  }
}
