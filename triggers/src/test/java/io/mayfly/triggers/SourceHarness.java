package io.mayfly.triggers;

import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.CodeStore;
import io.mayfly.functions.Deployment;
import io.mayfly.functions.EventSourceChange;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.Layers;
import io.mayfly.functions.RecursiveLoops;
import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.Outcome;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteEventSourceMappingStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Event sources over queues, functions and mappings on the disk; tests answer the calls. */
final class SourceHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final FunctionName NAME = new FunctionName("worker");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** One call, which waits for the test to answer it. */
  record Call(InvokeRequest request, CompletableFuture<InvokeResult> answer) {
    JsonNode event() {
      return JsonMapper.shared().readTree(request.payload());
    }

    List<String> bodies() {
      return StreamSupport.stream(event().path("Records").spliterator(), false)
          .map(record -> record.path("body").asString())
          .toList();
    }

    String id(int record) {
      return event().path("Records").path(record).path("messageId").asString();
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

  volatile boolean permitted = true;
  final Map<String, Long> counts = new ConcurrentHashMap<>();
  final Map<String, Duration> visibilities = new ConcurrentHashMap<>();
  final SqliteQueues queues;
  final EventSourceMappings mappings;
  final EventSources sources;
  final RecursiveLoops loops;
  private final Database database;
  private final FunctionCatalog catalog;

  SourceHarness(Path folder, int concurrency) throws IOException {
    Clock clock = Clock.systemUTC();
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
    loops = new RecursiveLoops(catalog, store);
    queues = SqliteQueues.open(folder.resolve("queue.db"), clock);
    SourcePorts ports =
        new SourcePorts(
            catalog,
            aliases,
            loops,
            request -> function.apply(request),
            ConcurrencyLimits.shared(concurrency),
            (role, action, resource) -> permitted,
            listener(),
            () -> false,
            clock,
            System::nanoTime,
            new Random(7));
    sources =
        new EventSources(
            Map.of(
                EventSource.Kind.SQS,
                new SqsSources(
                    ports,
                    arn ->
                        queues
                            .find(arn.substring(arn.lastIndexOf(':') + 1))
                            .map(this::eventQueue))));
    mappings.deliverWith(sources);
  }

  private EventQueue eventQueue(MessageQueue queue) {
    return new EventQueue() {
      @Override
      public MessageQueue messages() {
        return queue;
      }

      @Override
      public Optional<MessageQueue> deadLetters() {
        return queue.rules().deadLetters().flatMap(target -> queues.find(target.queue()));
      }

      @Override
      public Duration visibility() {
        return visibilities.getOrDefault(queue.name(), Duration.ofSeconds(30));
      }

      @Override
      public String receiptHandle(Delivery message, Instant received) {
        return message.receipt().toString();
      }

      @Override
      public Map<String, String> attributes(Delivery message) {
        return Map.of("ApproximateReceiveCount", Integer.toString(message.receives()));
      }

      @Override
      public String bodyDigest(Delivery message) {
        return "digest of " + message.body().length;
      }

      @Override
      public Optional<String> attributesDigest(Delivery message) {
        return message.attributes().isEmpty() ? Optional.empty() : Optional.of("digest");
      }
    };
  }

  private SourceListener listener() {
    return new SourceListener() {
      @Override
      public void ended(EventSourceMapping mapping, int messages, Result result) {
        counts.merge(result.name(), 1L, Long::sum);
      }

      @Override
      public void looped(EventSourceMapping mapping, int messages) {
        counts.merge("LOOP", (long) messages, Long::sum);
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

  MessageQueue queue(String name, Optional<QueueRules.DeadLetters> deadLetters) {
    return queues.create(
        name,
        new QueueRules(
            name.endsWith(".fifo"), false, Duration.ZERO, Duration.ofDays(4), deadLetters),
        "");
  }

  static EventSource source(String arn) {
    return new EventSource(
        EventSource.Kind.SQS,
        Optional.of(arn),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Maps a queue to the function. */
  EventSourceMapping map(String queue, EventSourceChange change) {
    return mappings.create(
        source("arn:aws:sqs:us-east-1:000000000000:" + queue),
        FunctionArn.of(ACCOUNT, NAME),
        true,
        change,
        Map.of());
  }

  static EventSourceChange change() {
    return change(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  static EventSourceChange change(
      Optional<Integer> size,
      Optional<Duration> window,
      Optional<List<String>> filters,
      Optional<Integer> concurrency,
      boolean partial) {
    return new EventSourceChange(
        size,
        window,
        filters,
        concurrency.map(most -> new EventSourceChange.Concurrency(Optional.of(most))),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        partial ? Optional.of(List.of("ReportBatchItemFailures")) : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static NewMessage message(String body, Optional<String> group) {
    return new NewMessage(
        UUID.randomUUID(),
        body.getBytes(StandardCharsets.UTF_8),
        Map.of(),
        Map.of("SenderId", "AIDA"),
        group,
        group.map(_ -> UUID.randomUUID().toString()),
        Optional.empty());
  }

  static void send(MessageQueue queue, String... bodies) {
    queue
        .send(List.of(bodies).stream().map(body -> message(body, Optional.empty())).toList())
        .join();
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

  long count(String what) {
    return counts.getOrDefault(what, 0L);
  }

  static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not so");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    sources.close();
    catalog.close();
    queues.close();
    database.close();
  }
}
