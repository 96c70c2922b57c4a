package io.mayfly.kafka;

import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.CodeStore;
import io.mayfly.functions.Deployment;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.Layers;
import io.mayfly.functions.RecursiveLoops;
import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSource.Position;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.Outcome;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteEventSourceMappingStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import io.mayfly.triggers.EventSources;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.SourceListener;
import io.mayfly.triggers.SourcePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Mappings of Kafka over functions on the disk and a real broker; tests answer the calls. */
final class KafkaHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final FunctionName NAME = new FunctionName("worker");
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** A record of an event: its partition's name, its offset and its value. */
  record Got(String partition, long offset, String value) {}

  /** One call, which waits for the test to answer it. */
  record Call(InvokeRequest request, CompletableFuture<InvokeResult> answer) {
    JsonNode event() {
      return JsonMapper.shared().readTree(request.payload());
    }

    List<Got> records() {
      List<Got> all = new ArrayList<>();
      event()
          .path("records")
          .properties()
          .forEach(
              each ->
                  each.getValue()
                      .forEach(
                          record ->
                              all.add(
                                  new Got(
                                      each.getKey(),
                                      record.path("offset").asLong(),
                                      new String(
                                          Base64.getDecoder()
                                              .decode(record.path("value").asString("")),
                                          StandardCharsets.UTF_8)))));
      return all;
    }

    List<String> values() {
      return records().stream().map(Got::value).toList();
    }

    void succeed(String answered) {
      answer.complete(result(request, answered, Optional.empty()));
    }

    void fail() {
      answer.complete(
          result(
              request,
              "{}",
              Optional.of(new Outcome.HandlerError(new byte[0], Optional.of("Error")))));
    }
  }

  private static InvokeResult result(
      InvokeRequest request, String answered, Optional<Outcome> failure) {
    return new InvokeResult(
        request.requestId(),
        answered.getBytes(StandardCharsets.UTF_8),
        failure,
        "application/json",
        false,
        "$LATEST",
        new byte[0],
        new InvokeResult.Usage(
            Duration.ZERO,
            Duration.ZERO,
            DataSize.ofMegabytes(128),
            DataSize.ofMegabytes(1),
            Duration.ZERO,
            Optional.empty()));
  }

  final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

  /** What the function does; by default it waits for the test. */
  volatile Function<InvokeRequest, CompletableFuture<InvokeResult>> function =
      request -> {
        Call call = new Call(request, new CompletableFuture<>());
        calls.add(call);
        return call.answer();
      };

  final Map<String, Long> counts = new ConcurrentHashMap<>();
  final List<JsonNode> told = new CopyOnWriteArrayList<>();
  final EventSourceMappings mappings;

  /** How far the clock is ahead. */
  volatile Duration ahead = Duration.ZERO;

  private final EventSources sources;
  private final Database database;
  private final FunctionCatalog catalog;

  KafkaHarness(Path folder) throws IOException {
    InstantSource clock = () -> Instant.now(Clock.systemUTC()).plus(ahead);
    CodeStore code =
        new CodeStore(
            new BlobStore(Files.createDirectories(folder.resolve("blobs"))),
            Files.createDirectories(folder.resolve("code")));
    database = Database.open(folder.resolve("db"));
    SqliteFunctionStore store = new SqliteFunctionStore(database);
    catalog =
        new FunctionCatalog(
            ACCOUNT,
            store,
            code,
            new Layers(ACCOUNT, new SqliteLayerStore(database), code, clock),
            runtime -> {},
            clock);
    catalog.retireInstancesWith(version -> CompletableFuture.completedFuture(null));
    if (catalog.find(NAME).isEmpty()) {
      catalog.create(new Deployment(NAME, settings(), Map.of()), zip());
      catalog.awaitReady(NAME, PATIENCE);
    }
    Aliases aliases = new Aliases(catalog, store, () -> 0);
    mappings =
        new EventSourceMappings(
            catalog,
            aliases,
            new SqliteEventSourceMappingStore(database),
            clock,
            () -> UUID.randomUUID().toString());
    SourcePorts ports =
        new SourcePorts(
            catalog,
            aliases,
            new RecursiveLoops(catalog, store),
            request -> function.apply(request),
            ConcurrencyLimits.shared(100),
            (role, action, resource) -> true,
            listener(),
            () -> false,
            clock,
            System::nanoTime,
            new Random(7));
    sources = new EventSources(Map.of(EventSource.Kind.KAFKA, new KafkaSources(ports, this::tell)));
    mappings.deliverWith(sources);
  }

  private CompletableFuture<Void> tell(String arn, Sender sender, Notice notice) {
    told.add(JsonMapper.shared().readTree(notice.body()));
    return CompletableFuture.completedFuture(null);
  }

  private SourceListener listener() {
    return new SourceListener() {
      @Override
      public void ended(EventSourceMapping mapping, int messages, Result result) {
        counts.merge(result.name(), 1L, Long::sum);
      }

      @Override
      public void looped(EventSourceMapping mapping, int messages) {
        counts.merge("looped", (long) messages, Long::sum);
      }

      @Override
      public void discarded(EventSourceMapping mapping, int records) {
        counts.merge("discarded", (long) records, Long::sum);
      }

      @Override
      public void filtered(EventSourceMapping mapping, int messages) {
        counts.merge("filtered", (long) messages, Long::sum);
      }

      @Override
      public void throttled(EventSourceMapping mapping) {
        counts.merge("throttled", 1L, Long::sum);
      }
    };
  }

  private static FunctionSettings settings() {
    return new FunctionSettings(
        "",
        "python3.12",
        "a.handler",
        "arn:aws:iam::000000000000:role/any",
        Duration.ofSeconds(3),
        Deployment.DEFAULT_MEMORY,
        Deployment.DEFAULT_STORAGE,
        Map.of());
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a.py"));
      zip.write('#');
    }
    return bytes.toByteArray();
  }

  static EventSource source(String broker, String topic, Position position, String group) {
    return source(broker, topic, position, Optional.empty(), group);
  }

  static EventSource source(
      String broker, String topic, Position position, Optional<Instant> time, String group) {
    return new EventSource(
        EventSource.Kind.KAFKA,
        Optional.empty(),
        List.of(broker),
        List.of(topic),
        List.of(),
        Optional.of(position),
        time,
        Optional.of(group).filter(name -> !name.isEmpty()));
  }

  /** Maps a topic to the function, and waits until it is being read. */
  EventSourceMapping map(EventSource source, Change change) {
    EventSourceMapping mapping =
        mappings.create(source, FunctionArn.of(ACCOUNT, NAME), true, change.done(), Map.of());
    eventually(() -> state(mapping).equals("Enabled"));
    return mapping;
  }

  /** Maps all that a topic has to the function. */
  EventSourceMapping map(Broker broker, String topic, Change change) {
    return map(source(broker.address(), topic, Position.TRIM_HORIZON, ""), change);
  }

  Call next() throws InterruptedException {
    Call call = calls.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("the function was not called");
    }
    return call;
  }

  String state(EventSourceMapping mapping) {
    return mappings.status(mapping).state();
  }

  String result(EventSourceMapping mapping) {
    return mappings.status(mapping).lastResult().orElse("");
  }

  long count(String what) {
    return counts.getOrDefault(what, 0L);
  }

  static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not so");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    sources.close();
    catalog.close();
    database.close();
  }
}
