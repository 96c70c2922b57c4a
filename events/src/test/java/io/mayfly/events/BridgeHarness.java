package io.mayfly.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.model.Account;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteEventBusStore;
import io.mayfly.triggers.QueueTarget;
import io.mayfly.triggers.Targets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/**
 * Event buses over real stores and queues. A test sets the clock, and runs what the engine wants to
 * have done beside it.
 */
final class BridgeHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  static final Caller CALLER =
      new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "id", "here:9000");
  static final String SQS = "arn:aws:sqs:us-east-1:000000000000:";
  static final String EVENTS = "arn:aws:events:us-east-1:000000000000:";
  private static final long PATIENCE_SECONDS = 20;
  private static final QueueRules RULES =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(14), Optional.empty());

  final AtomicReference<Instant> now = new AtomicReference<>(START);
  final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Path folder;
  private Database database;
  SqliteQueues queues;
  Targets targets;
  EventBuses buses;
  EventBridge bridge;
  private Targets.Access access = (sender, action, resource) -> true;

  BridgeHarness(Path folder) {
    this.folder = folder;
    open();
  }

  private void open() {
    database = Database.open(folder.resolve("mayfly.db"));
    queues = SqliteQueues.open(folder.resolve("queue.db"), now::get);
    targets =
        new Targets(
            (sender, action, resource) -> {
              asked.add("%s %s %s".formatted(sender, action, resource));
              return access.allows(sender, action, resource);
            });
    targets.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(ACCOUNT, queues)));
    SqliteEventBusStore store = new SqliteEventBusStore(database);
    buses = new EventBuses(ACCOUNT, store, now::get);
    bridge = new EventBridge(buses, store, queues, targets, new Random(7), tasks::add);
  }

  /** Ends and begins again with what is on the disk. */
  void restart() {
    close();
    tasks.clear();
    open();
  }

  @Override
  public void close() {
    bridge.close();
    queues.close();
    database.close();
  }

  void allow(Targets.Access rule) {
    access = rule;
  }

  void later(Duration time) {
    now.updateAndGet(before -> before.plus(time));
    queues.tick();
  }

  /** Runs what is to be done beside, until something is so. */
  void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      try {
        Runnable task = tasks.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        assertThat(task).as("something to do").isNotNull();
        task.run();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  MessageQueue queue(String name) {
    return queues.find("sqs/" + name).orElseGet(() -> queues.create("sqs/" + name, RULES, ""));
  }

  MessageQueue fifo(String name) {
    return queues.create(
        "sqs/" + name,
        new QueueRules(true, false, Duration.ZERO, Duration.ofDays(14), Optional.empty()),
        "");
  }

  /** Takes everything out of a queue. */
  List<Delivery> taken(String name) {
    List<Delivery> all = new ArrayList<>();
    MessageQueue queue = queue(name);
    for (List<Delivery> some = queue.receive(100, Duration.ofHours(1));
        !some.isEmpty();
        some = queue.receive(100, Duration.ofHours(1))) {
      all.addAll(some);
      queue.delete(some.stream().map(Delivery::receipt).toList(), List.of()).join();
    }
    return all;
  }

  List<String> bodies(String name) {
    return taken(name).stream()
        .map(each -> new String(each.body(), StandardCharsets.UTF_8))
        .toList();
  }

  static JsonNode json(String text) {
    return Json.read(text);
  }

  static String attribute(Delivery delivery, String name) {
    return Optional.ofNullable(delivery.attributes().get(name))
        .map(value -> new String(value.value(), StandardCharsets.UTF_8))
        .orElse("");
  }

  /** A rule of the default bus. */
  String rule(String name, String pattern, RuleTarget... targetsOfIt) {
    return rule("default", name, pattern, targetsOfIt);
  }

  String rule(String bus, String name, String pattern, RuleTarget... targetsOfIt) {
    String arn =
        new PutRule(buses)
            .handle(
                new PutRule.Input(
                    name,
                    Optional.empty(),
                    Optional.of(pattern),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.of(bus)),
                CALLER)
            .ruleArn();
    if (targetsOfIt.length > 0) {
      var _ =
          new PutTargets(buses)
              .handle(new PutTargets.Input(name, Optional.of(bus), List.of(targetsOfIt)), CALLER);
    }
    return arn;
  }

  static RuleTarget target(String id, String arn) {
    return new Made(id, arn).target();
  }

  /** A target in the making. */
  static final class Made {
    private final String id;
    private final String arn;
    private Optional<String> role = Optional.empty();
    private Optional<String> input = Optional.empty();
    private Optional<String> path = Optional.empty();
    private Optional<RuleTarget.Transformer> transformer = Optional.empty();
    private Optional<RuleTarget.Sqs> sqs = Optional.empty();
    private Optional<RuleTarget.DeadLetter> deadLetter = Optional.empty();
    private Optional<RuleTarget.Retry> retry = Optional.empty();

    Made(String id, String arn) {
      this.id = id;
      this.arn = arn;
    }

    Made role(String text) {
      role = Optional.of(text);
      return this;
    }

    Made input(String text) {
      input = Optional.of(text);
      return this;
    }

    Made path(String text) {
      path = Optional.of(text);
      return this;
    }

    Made template(Map<String, String> paths, String template) {
      transformer = Optional.of(new RuleTarget.Transformer(Optional.of(paths), template));
      return this;
    }

    Made group(String text) {
      sqs = Optional.of(new RuleTarget.Sqs(Optional.of(text)));
      return this;
    }

    Made deadLetters(String queueArn) {
      deadLetter = Optional.of(new RuleTarget.DeadLetter(Optional.of(queueArn)));
      return this;
    }

    Made retry(int attempts, int age) {
      retry = Optional.of(new RuleTarget.Retry(Optional.of(attempts), Optional.of(age)));
      return this;
    }

    RuleTarget target() {
      return new RuleTarget(
          id,
          arn,
          role,
          input,
          path,
          transformer,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          sqs,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          deadLetter,
          retry,
          Optional.empty());
    }
  }

  static Publisher.Entry entry(String source, String detail) {
    return entry("default", source, detail);
  }

  static Publisher.Entry entry(String bus, String source, String detail) {
    return new Publisher.Entry(
        Optional.of(source),
        Optional.of("Happened"),
        Optional.of(detail),
        Optional.empty(),
        List.of(),
        Optional.of(bus),
        Optional.empty());
  }

  List<Publisher.Result> put(Publisher.Entry... entries) {
    return bridge.publisher().put(List.of(entries));
  }

  static void refused(Runnable action, String code, String text) {
    try {
      action.run();
    } catch (AwsException e) {
      assertThat(e.code()).isEqualTo(code);
      assertThat(e.getMessage()).contains(text);
      return;
    }
    throw new AssertionError("nothing was refused");
  }
}
