package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.CodeStore;
import io.mayfly.functions.Deployment;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.Layers;
import io.mayfly.functions.RecursiveLoops;
import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Depth;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.FunctionStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Asynchronous calls over real stores and queues; a test sets the clock and plays the handlers. */
final class AsyncHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final QueueRules SQS =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(4), Optional.empty());

  private final Path folder;
  private volatile Instant now = START;
  final BlockingQueue<Given> given = new LinkedBlockingQueue<>();
  final List<String> heard = new CopyOnWriteArrayList<>();
  final FunctionCatalog catalog;
  final EventInvokeConfigs configs;
  final RecursiveLoops loops;
  final FunctionConcurrency concurrency;
  private final Database database;
  private final AsyncParts parts;
  private final Targets targets =
      new Targets((sender, action, resource) -> !resource.endsWith(":forbidden"));
  SqliteQueues queues;
  AsyncCalls async;

  /** An event that a handler was given; what the test makes of it. */
  record Given(InvokeRequest request, CompletableFuture<InvokeResult> result) {
    void succeed(String answer) {
      complete(answer, Optional.empty());
    }

    void fail(String error) {
      complete(error, Optional.of(new Outcome.HandlerError(bytes(error), Optional.empty())));
    }

    void refuse(RuntimeException why) {
      result.completeExceptionally(why);
    }

    private void complete(String payload, Optional<Outcome> failure) {
      result.complete(
          new InvokeResult(
              request.requestId(),
              bytes(payload),
              failure,
              "application/json",
              false,
              request.function().version(),
              new byte[0],
              new InvokeResult.Usage(
                  Duration.ZERO,
                  Duration.ZERO,
                  DataSize.ofMegabytes(128),
                  DataSize.ofMegabytes(1),
                  Duration.ZERO,
                  Optional.empty())));
    }
  }

  AsyncHarness(Path folder) {
    this.folder = folder;
    CodeStore code;
    try {
      code =
          new CodeStore(
              new BlobStore(Files.createDirectories(folder.resolve("blobs"))),
              Files.createDirectories(folder.resolve("code")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database = Database.open(folder.resolve("db"));
    FunctionStore store = new SqliteFunctionStore(database);
    Layers layers = new Layers(ACCOUNT, new SqliteLayerStore(database), code, () -> now);
    catalog = new FunctionCatalog(ACCOUNT, store, code, layers, runtime -> {}, () -> now);
    Aliases aliases = new Aliases(catalog, store, () -> 0);
    configs = new EventInvokeConfigs(catalog, aliases, store, () -> now);
    loops = new RecursiveLoops(catalog, store);
    concurrency = new FunctionConcurrency(catalog, aliases, store, 1000, () -> now);
    parts =
        new AsyncParts(
            catalog,
            aliases,
            configs,
            loops,
            concurrency,
            targets,
            request -> {
              Given next = new Given(request, new CompletableFuture<>());
              given.add(next);
              return next.result();
            },
            new Listener(),
            () -> false,
            () -> now);
    open();
  }

  private void open() {
    queues = SqliteQueues.open(folder.resolve("queues"), () -> now);
    targets.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(ACCOUNT, queues)));
    async = new AsyncCalls(queues, parts);
  }

  /** What the next process finds after an orderly end. */
  void restart() {
    async.close();
    killAndRestart();
  }

  /** What the next process finds when nobody gave back what was running. */
  void killAndRestart() {
    queues.close();
    given.clear();
    open();
  }

  void create(FunctionName name, String deadLetters) {
    catalog.create(
        new Deployment(
            name,
            new FunctionSettings(
                    "",
                    "python3.12",
                    "a.handler",
                    "arn:aws:iam::000000000000:role/any",
                    Duration.ofSeconds(3),
                    Deployment.DEFAULT_MEMORY,
                    Deployment.DEFAULT_STORAGE,
                    Map.of())
                .withDeadLetter(Optional.of(deadLetters)),
            Map.of()),
        zip());
    catalog.awaitReady(name, PATIENCE);
  }

  void sqsQueue(String name) {
    var _ = queues.create("sqs/" + name, SQS, "");
  }

  InvokeRequest send(FunctionName function, String event) {
    return send(function, event, "Root=1-5759e988-bd862e3fe1be46a994272793");
  }

  /** Sends an event and waits until it is accepted. */
  InvokeRequest send(FunctionName function, String event, String trace) {
    InvokeRequest request =
        new InvokeRequest(
            new RequestId(UUID.randomUUID().toString()),
            FunctionVersion.latest(function),
            FunctionArn.of(ACCOUNT, function),
            bytes(event),
            trace,
            Optional.of("{\"a\":1}"),
            Optional.empty());
    var _ = async.accept(request).join();
    return request;
  }

  /** The next event that a handler is given. */
  Given next() {
    try {
      Given next = given.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("an event").isNotNull();
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Lets the time pass after which an event is tried again that its function failed with. */
  void retryAfter(FunctionName function, Duration time) {
    eventually(() -> depth(function).delayed() == 1);
    pass(time);
  }

  /** Lets the time pass after which an event is tried again that its function was not run with. */
  void pauseAfter(Duration time) {
    eventually(() -> waiting() == 1);
    pass(time);
  }

  /** Lets time pass, to just before which no handler is given anything. */
  private void pass(Duration time) {
    advance(time.minusMillis(1));
    async.tend();
    assertThat(given).isEmpty();
    assertThat(waiting()).isEqualTo(1);
    advance(Duration.ofMillis(1));
  }

  private long waiting() {
    return async.overview().stream().mapToLong(AsyncCalls.Overview::retrying).sum();
  }

  void advance(Duration time) {
    now = now.plus(time);
    queues.tick();
  }

  Depth depth(FunctionName function) {
    return queues.find("async/" + function).orElseThrow().depth();
  }

  void eventuallyEmpty(FunctionName function) {
    eventually(
        () -> {
          Depth depth = depth(function);
          return depth.ready() + depth.inFlight() + depth.delayed() == 0;
        });
  }

  void eventually(BooleanSupplier holds) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the time by which it holds").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** The next message of an SQS queue, which is deleted. */
  Delivery sqsMessage(String name) {
    var queue = queues.find("sqs/" + name).orElseThrow();
    List<Delivery> messages = queue.receive(1, Duration.ofMinutes(1), PATIENCE);
    assertThat(messages).as(name).hasSize(1);
    queue.delete(List.of(messages.getFirst().receipt()), List.of()).join();
    return messages.getFirst();
  }

  private final class Listener implements AsyncListener {
    @Override
    public void received(FunctionName function) {
      heard.add("received");
    }

    @Override
    public void started(FunctionName function, Duration age) {
      heard.add("started " + age);
    }

    @Override
    public void retried(FunctionName function) {
      heard.add("retried");
    }

    @Override
    public void dropped(FunctionName function, RequestId event, String condition, String message) {
      heard.add("dropped " + condition);
    }

    @Override
    public void destinationFailed(
        FunctionName function, RequestId event, String destination, String why) {
      heard.add("destination " + destination + " " + why);
    }

    @Override
    public void deadLetterFailed(FunctionName function, RequestId event, String queue, String why) {
      heard.add("dead letter " + queue + " " + why);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] zip() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a.py"));
      zip.write(bytes("x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    async.close();
    queues.close();
    catalog.close();
    database.close();
  }
}
