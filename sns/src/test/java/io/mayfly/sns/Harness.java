package io.mayfly.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteTopicStore;
import io.mayfly.triggers.FunctionTarget;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.QueueTarget;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Topics over real stores and queues; a test sets the clock. */
final class Harness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final String ARN = "arn:aws:sns:us-east-1:000000000000:";
  static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:";
  static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:";
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  static final Caller CALLER =
      new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "id", "127.0.0.1:9000");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path folder;
  private final boolean privateNetwork;
  private volatile Instant now = START;
  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final MessageSigner signer;
  private Database database;
  SqliteQueues queues;
  Targets targets;
  Topics topics;

  Harness(Path folder) {
    this(folder, true);
  }

  Harness(Path folder, boolean privateNetwork) {
    this.folder = folder;
    this.privateNetwork = privateNetwork;
    this.signer = new MessageSigner(folder.resolve("sns-key"), new SecureRandom(), () -> now);
    this.database = Database.open(folder.resolve("db"));
    this.queues = SqliteQueues.open(folder.resolve("queues"), () -> now);
    this.targets = targets();
    this.topics = topics();
  }

  private Targets targets() {
    Targets made = new Targets((sender, action, resource) -> !resource.endsWith("forbidden"));
    made.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(ACCOUNT, queues)));
    made.add(
        "lambda",
        new Targets.Kind(
            "lambda:InvokeFunction",
            new FunctionTarget(
                ACCOUNT,
                name ->
                    queues
                        .find("async/" + name)
                        .orElseThrow(() -> new MayflyException(ErrorCode.NOT_FOUND, "none")),
                () -> now)));
    return made;
  }

  private Topics topics() {
    return new Topics(
        new TopicParts(
            ACCOUNT,
            new SqliteTopicStore(database),
            queues,
            targets,
            signer,
            text -> {
              if (!text.contains("Statement")) {
                throw new AwsException("MalformedPolicyDocument", 400, "no statement");
              }
            },
            (topic, what) ->
                counts
                    .computeIfAbsent(topic + " " + what, _ -> new AtomicInteger())
                    .incrementAndGet(),
            () -> "127.0.0.1:9000",
            privateNetwork,
            new SecureRandom(),
            new SecureRandom(),
            () -> now,
            System::nanoTime,
            task -> Thread.ofVirtual().start(task)));
  }

  /** Ends it in order and begins anew with what is on the disk. */
  void restart() {
    topics.close();
    queues.close();
    database.close();
    database = Database.open(folder.resolve("db"));
    queues = SqliteQueues.open(folder.resolve("queues"), () -> now);
    targets = targets();
    topics = topics();
  }

  MessageSigner signer() {
    return signer;
  }

  void later(Duration time) {
    now = now.plus(time);
    queues.tick();
  }

  Instant now() {
    return now;
  }

  int count(String topic, TopicListener.What what) {
    return counts.getOrDefault(topic + " " + what, new AtomicInteger()).get();
  }

  /** Makes a queue of SQS; one that keeps order if its name says so. */
  String queue(String name) {
    var _ = queues.create("sqs/" + name, rules(name.endsWith(".fifo")), "");
    return QUEUE + name;
  }

  /** Makes the queue of a function's events. */
  String function(String name) {
    var _ = queues.create("async/" + name, rules(false), "");
    return FUNCTION + name;
  }

  private static QueueRules rules(boolean fifo) {
    return new QueueRules(fifo, false, Duration.ZERO, Duration.ofDays(4), Optional.empty());
  }

  /** Takes all messages of a queue that are ready. */
  List<Delivery> take(String queue) {
    var found = queues.find(queue).orElseThrow();
    List<Delivery> taken = found.receive(100, Duration.ofMinutes(1));
    found.delete(taken.stream().map(Delivery::receipt).toList(), List.of()).join();
    return taken;
  }

  String topic(String name, Map<String, String> attributes) {
    Map<String, String> all = new HashMap<>(attributes);
    if (name.endsWith(".fifo")) {
      all.put("FifoTopic", "true");
    }
    return topics.create(name, all, Map.of());
  }

  String subscribe(
      String topicArn, String protocol, String endpoint, Map<String, String> attributes) {
    return new Subscribe(topics)
        .handle(
            new Subscribe.Input(
                topicArn, protocol, Optional.of(endpoint), attributes, Optional.of(true)),
            CALLER)
        .subscriptionArn();
  }

  Publish.Output publish(Publish.Input input) {
    return new Publish(topics).handle(input, CALLER);
  }

  Publish.Output publish(String topicArn, String message) {
    return publish(message(topicArn, message, Map.of()));
  }

  static Publish.Input message(
      String topicArn, String message, Map<String, AttributeValue> attributes) {
    return new Publish.Input(
        Optional.of(topicArn),
        Optional.empty(),
        Optional.empty(),
        message,
        Optional.empty(),
        Optional.empty(),
        attributes,
        Optional.empty(),
        Optional.empty());
  }

  static Publish.Input ordered(String topicArn, String message, String group, String id) {
    return new Publish.Input(
        Optional.of(topicArn),
        Optional.empty(),
        Optional.empty(),
        message,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.of(id).filter(given -> !given.isEmpty()),
        Optional.of(group));
  }

  static AttributeValue text(String value) {
    return new AttributeValue("String", Optional.of(value), Optional.empty());
  }

  static String body(Delivery delivery) {
    return new String(delivery.body(), StandardCharsets.UTF_8);
  }

  List<String> bodies(String queue) {
    return take(queue).stream().map(Harness::body).toList();
  }

  static JsonNode json(Delivery delivery) {
    return JsonMapper.shared().readTree(delivery.body());
  }

  static Publish.Input with(
      String topic, String message, Optional<String> subject, Optional<String> structure) {
    return new Publish.Input(
        Optional.empty(),
        Optional.of(topic),
        Optional.empty(),
        message,
        subject,
        structure,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  static PublishBatch.Entry entry(String id, String message, Optional<String> group) {
    return new PublishBatch.Entry(
        id, message, Optional.empty(), Optional.empty(), Map.of(), group.map(_ -> "d" + id), group);
  }

  /** Tells a target as another service does. */
  void tell(String arn, byte[] body, Optional<String> group) {
    var _ =
        queues
            .send(
                targets.forward(
                    arn,
                    new Sender.Role("r"),
                    new Notice(body, Map.of(), "", group, Optional.empty())))
            .join();
  }

  static void refused(Runnable action, String code, String text) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            AwsException.class,
            error -> {
              assertThat(error.code()).isEqualTo(code);
              assertThat(error.getMessage()).contains(text);
            });
  }

  /** Waits for what other threads do. */
  static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("time left").isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    topics.close();
    queues.close();
    database.close();
  }
}
