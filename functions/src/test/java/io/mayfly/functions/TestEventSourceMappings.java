package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSource.Kind;
import io.mayfly.model.EventSource.Position;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.EventSourceSettings.Access;
import io.mayfly.model.EventSourceSettings.Pollers;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.store.SqliteEventSourceMappingStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestEventSourceMappings {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final FunctionArn FUNCTION = FunctionArn.of(CatalogHarness.ACCOUNT, NAME);
  private static final EventSource QUEUE = queue("queue");
  private static final EventSource FIFO = queue("queue.fifo");
  private static final String STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
  private static final String TABLE =
      "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000";
  private static final EventSource KINESIS = from(Kind.KINESIS, STREAM, Position.LATEST);
  private static final EventSource DYNAMODB = from(Kind.DYNAMODB, TABLE, Position.TRIM_HORIZON);
  private static final EventSource KAFKA = kafka(Optional.of(Position.LATEST), List.of("topic"));
  private static final EventSource MQ = mq(List.of("work"));

  @TempDir Path folder;
  private int uuids;
  private CatalogHarness platform;
  private Aliases aliases;
  private EventSourceMappings mappings;

  @BeforeEach
  void start() {
    use(new CatalogHarness(folder));
    platform.create(NAME);
  }

  private void use(CatalogHarness next) {
    platform = next;
    aliases = new Aliases(platform.catalog, platform.store, () -> 0);
    mappings =
        new EventSourceMappings(
            platform.catalog,
            aliases,
            new SqliteEventSourceMappingStore(platform.database),
            () -> CatalogHarness.NOW,
            () -> new UUID(0, ++uuids).toString());
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static EventSource source(
      Kind kind,
      Optional<String> arn,
      List<String> brokers,
      List<String> topics,
      List<String> queues,
      Optional<Position> position,
      Optional<Instant> timestamp) {
    return new EventSource(
        kind, arn, brokers, topics, queues, position, timestamp, Optional.empty());
  }

  private static EventSource queue(String name) {
    return source(
        Kind.SQS,
        Optional.of("arn:aws:sqs:us-east-1:000000000000:" + name),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static EventSource from(Kind kind, String arn, Position position) {
    return source(
        kind,
        Optional.of(arn),
        List.of(),
        List.of(),
        List.of(),
        Optional.of(position),
        Optional.empty());
  }

  private static EventSource at(Kind kind, Optional<Instant> timestamp) {
    return source(
        kind,
        Optional.of(kind == Kind.KINESIS ? STREAM : TABLE),
        List.of(),
        List.of(),
        List.of(),
        Optional.of(Position.AT_TIMESTAMP),
        timestamp);
  }

  private static EventSource kafka(Optional<Position> position, List<String> topics) {
    return source(
        Kind.KAFKA,
        Optional.empty(),
        List.of("one:9092", "two:9092"),
        topics,
        List.of(),
        position,
        Optional.empty());
  }

  private static EventSource mq(List<String> queues) {
    return source(
        Kind.MQ,
        Optional.of("arn:aws:mq:us-east-1:000000000000:broker:b:b-1"),
        List.of(),
        List.of(),
        queues,
        Optional.empty(),
        Optional.empty());
  }

  /** A change under construction; each method says one thing more. */
  private static final class Say {
    private Optional<Integer> batchSize = Optional.empty();
    private Optional<Duration> window = Optional.empty();
    private Optional<List<String>> filters = Optional.empty();
    private Optional<EventSourceChange.Concurrency> concurrency = Optional.empty();
    private Optional<Integer> parallelization = Optional.empty();
    private Optional<String> onFailure = Optional.empty();
    private Optional<Integer> age = Optional.empty();
    private Optional<List<String>> responses = Optional.empty();
    private Optional<List<String>> metrics = Optional.empty();
    private Optional<List<Access>> access = Optional.empty();
    private Optional<Pollers> pollers = Optional.empty();

    Say batch(int size) {
      batchSize = Optional.of(size);
      return this;
    }

    Say window(int seconds) {
      window = Optional.of(Duration.ofSeconds(seconds));
      return this;
    }

    Say filters(List<String> patterns) {
      filters = Optional.of(patterns);
      return this;
    }

    Say concurrency(Optional<Integer> most) {
      concurrency = Optional.of(new EventSourceChange.Concurrency(most));
      return this;
    }

    Say parallel(int batches) {
      parallelization = Optional.of(batches);
      return this;
    }

    Say onFailure(String arn) {
      onFailure = Optional.of(arn);
      return this;
    }

    Say age(int seconds) {
      age = Optional.of(seconds);
      return this;
    }

    Say responses(String... types) {
      responses = Optional.of(List.of(types));
      return this;
    }

    Say metrics(String... names) {
      metrics = Optional.of(List.of(names));
      return this;
    }

    Say access(String type) {
      access = Optional.of(List.of(new Access(Optional.of(type), Optional.of("arn:secret"))));
      return this;
    }

    Say pollers(int minimum, int maximum) {
      pollers = Optional.of(new Pollers(Optional.of(minimum), Optional.of(maximum)));
      return this;
    }

    EventSourceChange done() {
      return new EventSourceChange(
          batchSize,
          window,
          filters,
          concurrency,
          parallelization,
          onFailure,
          age,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          responses,
          metrics,
          access,
          pollers);
    }
  }

  private EventSourceMapping create(EventSource source, Say say) {
    return mappings.create(source, FUNCTION, true, say.done(), Map.of());
  }

  private EventSourceMapping update(EventSourceMapping mapping, Say say) {
    return mappings.update(mapping.uuid(), Optional.empty(), Optional.empty(), say.done());
  }

  private void assertInvalid(EventSource source, Say say, String why) {
    assertRefused(() -> create(source, say), ErrorCode.INVALID_PARAMETER, why);
    assertThat(mappings.list()).isEmpty();
  }

  @Test
  void whatIsNotSaidIsAsOnLambda() {
    EventSourceSettings queue = create(QUEUE, new Say()).settings();
    assertThat(queue.batchSize()).isEqualTo(10);
    assertThat(queue.window()).contains(Duration.ZERO);
    assertThat(queue.maximumRetries()).isEmpty();
    for (EventSource source : List.of(KINESIS, DYNAMODB)) {
      EventSourceSettings stream = create(source, new Say()).settings();
      assertThat(stream.batchSize()).isEqualTo(100);
      assertThat(stream.window()).contains(Duration.ZERO);
      assertThat(stream.parallelization()).contains(1);
      assertThat(stream.maximumRecordAge()).contains(-1);
      assertThat(stream.maximumRetries()).contains(-1);
      assertThat(stream.bisect()).contains(false);
      assertThat(stream.tumblingWindow()).contains(0);
    }
    EventSourceMapping kafka = create(KAFKA, new Say());
    assertThat(kafka.settings().batchSize()).isEqualTo(100);
    assertThat(kafka.settings().window()).isEmpty();
    assertThat(kafka.source().consumerGroup()).contains(kafka.uuid());
    EventSourceSettings mq = create(MQ, new Say().access("BASIC_AUTH")).settings();
    assertThat(mq.batchSize()).isEqualTo(100);
    assertThat(mq.window()).isEmpty();
  }

  @Test
  void mappingsAreChangedTaggedDeletedAndOutliveTheProcess() {
    platform.catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
    aliases.create(NAME, "prod", "1", "", Map.of());
    EventSourceMapping created =
        mappings.create(
            QUEUE,
            FUNCTION,
            false,
            new Say()
                .batch(500)
                .window(3)
                .filters(List.of("{\"body\": {\"kind\": [\"a\"]}}"))
                .concurrency(Optional.of(7))
                .responses("ReportBatchItemFailures")
                .metrics("EventCount")
                .done(),
            Map.of("team", "x", "stage", ""));
    mappings.untag(created.uuid(), List.of("stage"));
    mappings.tag(created.uuid(), Map.of("team", "y"));
    mappings.update(
        created.uuid(),
        Optional.of(FUNCTION.qualified("prod")),
        Optional.of(true),
        new Say().concurrency(Optional.empty()).filters(List.of()).batch(20).done());
    use(platform.restart());
    EventSourceMapping found = mappings.require(created.uuid());
    assertThat(found)
        .isEqualTo(mappings.requireArn(created.arn(CatalogHarness.ACCOUNT)))
        .isEqualTo(
            new EventSourceMapping(
                created.uuid(),
                QUEUE,
                NAME,
                Optional.of("prod"),
                true,
                found.settings(),
                Map.of("team", "y"),
                CatalogHarness.NOW));
    assertThat(found.settings().batchSize()).isEqualTo(20);
    assertThat(found.settings().window()).contains(Duration.ofSeconds(3));
    assertThat(found.settings().filters()).isEmpty();
    assertThat(found.settings().maximumConcurrency()).isEmpty();
    assertThat(found.settings().responseTypes()).containsExactly("ReportBatchItemFailures");
    assertThat(mappings.delete(found.uuid())).isEqualTo(found);
    use(platform.restart());
    assertThat(mappings.list()).isEmpty();
    for (Runnable action :
        List.<Runnable>of(
            () -> mappings.require(found.uuid()),
            () -> mappings.delete(found.uuid()),
            () -> mappings.tag(found.uuid(), Map.of()),
            () -> mappings.requireArn(found.uuid()),
            () -> update(found, new Say()))) {
      assertRefused(action::run, ErrorCode.NOT_FOUND, "The resource you requested does not exist.");
    }
  }

  @Test
  void aSourceCallsAFunctionOnceAndMappingsOutliveTheirFunction() {
    EventSourceMapping queue = create(QUEUE, new Say());
    EventSourceMapping kafka = create(KAFKA, new Say());
    assertRefused(
        () -> create(QUEUE, new Say()),
        ErrorCode.CONFLICT,
        "An event source mapping with SQS arn (\" arn:aws:sqs:us-east-1:000000000000:queue \") and function (\" thumb \") already exists. Please update or delete the existing mapping with UUID "
            + queue.uuid());
    assertRefused(
        () -> create(kafka(Optional.of(Position.TRIM_HORIZON), List.of("topic")), new Say()),
        ErrorCode.CONFLICT,
        "event source (\"one:9092,two:9092\"), function (\""
            + FUNCTION
            + "\"), topics (\"topic\")");
    FunctionName other = new FunctionName("other");
    platform.create(other);
    FunctionArn otherArn = FunctionArn.of(CatalogHarness.ACCOUNT, other);
    mappings.create(QUEUE, otherArn, true, new Say().done(), Map.of());
    assertRefused(
        () ->
            mappings.update(
                queue.uuid(), Optional.of(otherArn), Optional.empty(), new Say().done()),
        ErrorCode.CONFLICT,
        "already exists");
    platform.catalog.delete(NAME);
    use(platform.restart());
    assertThat(mappings.list()).extracting(EventSourceMapping::uuid).contains(queue.uuid());
    assertRefused(
        () -> update(kafka, new Say()), ErrorCode.INVALID_PARAMETER, "Function does not exist");
    mappings.delete(queue.uuid());
    EventSourceMapping moved =
        mappings.update(kafka.uuid(), Optional.of(otherArn), Optional.empty(), new Say().done());
    assertThat(moved.function()).isEqualTo(other);
  }

  @Test
  void functionsVersionsAndAliasesMustBeThere() {
    for (FunctionArn absent :
        List.of(
            FUNCTION.qualified("prod"),
            FUNCTION.qualified("1"),
            FunctionArn.of(CatalogHarness.ACCOUNT, new FunctionName("absent")))) {
      assertRefused(
          () -> mappings.create(QUEUE, absent, true, new Say().done(), Map.of()),
          ErrorCode.INVALID_PARAMETER,
          "Function does not exist");
    }
    assertThat(mappings.list()).isEmpty();
  }

  @Test
  void queuesGatherWhatIsMoreThanTen() {
    String window =
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10";
    assertInvalid(QUEUE, new Say().batch(11), window);
    assertInvalid(FIFO, new Say().window(1), "Batching window is not supported for FIFO queues");
    assertInvalid(FIFO, new Say().batch(11), "Batch size must not exceed 10 for FIFO queues");
    assertInvalid(
        QUEUE,
        new Say().concurrency(Optional.of(2)).pollers(2, 3),
        "does not support maximum concurrency");
    assertInvalid(QUEUE, new Say().pollers(1, 3), "MinimumPollers should be between [2, 200]");
    assertInvalid(QUEUE, new Say().pollers(5, 4), "MinimumPollers should be between [2, 200]");
    EventSourceMapping made = create(QUEUE, new Say().batch(10_000).window(1));
    assertRefused(() -> update(made, new Say().window(0)), ErrorCode.INVALID_PARAMETER, window);
    assertThat(mappings.require(made.uuid())).isEqualTo(made);
  }

  @Test
  void streamsAndTopicsAreReadFromSomewhere() {
    String needed = "Value null at 'startingPosition' failed to satisfy constraint";
    EventSource nowhere =
        source(
            Kind.KINESIS,
            Optional.of(STREAM),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    assertInvalid(nowhere, new Say(), needed);
    assertInvalid(kafka(Optional.empty(), List.of("topic")), new Say(), needed);
    assertInvalid(
        from(Kind.SQS, QUEUE.arn().orElseThrow(), Position.LATEST),
        new Say(),
        "StartingPosition is not supported for event sources of SQS.");
    Optional<Instant> now = Optional.of(CatalogHarness.NOW);
    assertInvalid(
        at(Kind.DYNAMODB, now), new Say(), "Unsupported starting position for arn type: " + TABLE);
    assertInvalid(at(Kind.KINESIS, Optional.empty()), new Say(), "StartingPositionTimestamp");
    assertInvalid(
        at(Kind.KINESIS, now.map(time -> time.plusSeconds(1))), new Say(), "in the future");
    assertInvalid(kafka(Optional.of(Position.LATEST), List.of()), new Say(), "Topics");
    assertInvalid(mq(List.of()), new Say().access("BASIC_AUTH"), "Queues");
    create(at(Kind.KINESIS, now), new Say());
  }

  @Test
  void whatASourceDoesNotHaveIsRefused() {
    assertInvalid(KINESIS, new Say().concurrency(Optional.of(2)), "ScalingConfig is not");
    assertInvalid(KINESIS, new Say().pollers(2, 3), "ProvisionedPollerConfig is not");
    assertInvalid(KINESIS, new Say().access("BASIC_AUTH"), "SourceAccessConfigurations is not");
    assertInvalid(QUEUE, new Say().parallel(2), "ParallelizationFactor is not");
    assertInvalid(QUEUE, new Say().age(60), "MaximumRecordAgeInSeconds is not");
    assertInvalid(QUEUE, new Say().onFailure(""), "DestinationConfig is not");
    assertInvalid(KAFKA, new Say().parallel(2), "ParallelizationFactor is not");
    assertInvalid(
        MQ, new Say().responses("ReportBatchItemFailures"), "FunctionResponseTypes is not");
    assertInvalid(MQ, new Say().metrics("EventCount"), "MetricsConfig is not");
    assertInvalid(MQ, new Say(), "BASIC_AUTH");
    create(QUEUE, new Say().responses());
  }

  @Test
  void settingsAreCheckedBeyondTheModel() {
    assertInvalid(KINESIS, new Say().age(59), "MaximumRecordAgeInSeconds must be -1 or at least");
    assertInvalid(KINESIS, new Say().metrics("KafkaMetrics"), "EventCount alone");
    assertInvalid(
        KINESIS,
        new Say().onFailure("arn:aws:dynamodb:us-east-1:000000000000:table/t"),
        "The destination ARN arn:aws:dynamodb:us-east-1:000000000000:table/t is invalid.");
    assertInvalid(
        QUEUE, new Say().filters(List.of("{\"a\": 1}")), "Invalid filter pattern definition.");
    List<String> six = new ArrayList<>(Collections.nCopies(6, "{\"a\": [1]}"));
    assertInvalid(QUEUE, new Say().filters(six), "at most 5");
    create(QUEUE, new Say().filters(six.subList(0, 5)));
    create(KINESIS, new Say().age(60).onFailure("arn:aws:sqs:us-east-1:000000000000:failures"));
    create(KAFKA, new Say().metrics("KafkaMetrics", "ErrorCount").pollers(1, 1));
  }
}
