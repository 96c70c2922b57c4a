package io.mayfly.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mayfly.model.Account;
import io.mayfly.model.TopicRule;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.Queues;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteTopicRuleStore;
import io.mayfly.triggers.QueueTarget;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A listener with real queues and rules for one account, and what a test can do to them. */
final class MqttHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final String KEY = "AKIATEST";
  static final String SECRET = "secret";
  private static final QueueRules STANDARD =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(1), Optional.empty());

  /** Counts, by what happened. */
  static final class Counted implements MqttCounts {
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    @Override
    public void published(int qos, Result result) {
      counts.merge("qos " + qos + " " + result, 1, Integer::sum);
    }

    @Override
    public void told(boolean delivered) {
      counts.merge("told " + delivered, 1, Integer::sum);
    }

    @Override
    public void sent(boolean delivered) {
      counts.merge("sent " + delivered, 1, Integer::sum);
    }

    int of(String what) {
      return counts.getOrDefault(what, 0);
    }
  }

  /** Queues whose disk can be held up, or break. */
  static final class Gate implements Queues {
    private final Queues real;
    private final AtomicReference<CompletableFuture<Void>> gate =
        new AtomicReference<>(CompletableFuture.completedFuture(null));
    private final AtomicInteger waiting = new AtomicInteger();

    Gate(Queues real) {
      this.real = real;
    }

    /** What is sent from now on is told to be on the disk only when this completes. */
    CompletableFuture<Void> hold() {
      CompletableFuture<Void> held = new CompletableFuture<>();
      gate.set(held);
      return held;
    }

    @Override
    public MessageQueue create(String name, QueueRules rules, String document) {
      return real.create(name, rules, document);
    }

    @Override
    public Optional<MessageQueue> find(String name) {
      return real.find(name);
    }

    @Override
    public List<MessageQueue> list(String prefix) {
      return real.list(prefix);
    }

    @Override
    public CompletableFuture<Void> send(List<Forward> messages) {
      CompletableFuture<Void> held = gate.get();
      waiting.incrementAndGet();
      return held.thenCompose(_ -> real.send(messages));
    }

    /** How many sends there have been. */
    int sends() {
      return waiting.get();
    }

    @Override
    public void delete(String name) {
      real.delete(name);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private final Database database;
  private final Gate queues;
  private final Targets targets;
  private final Counted counts = new Counted();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();
  private final MqttListener listener;
  private TopicRules rules;

  MqttHarness(Path folder) {
    database = Database.open(folder.resolve("mayfly.db"));
    queues = new Gate(SqliteQueues.open(folder.resolve("queue.db"), InstantSource.system()));
    targets =
        new Targets(
            (sender, _, resource) ->
                !resource.endsWith("forbidden")
                    || sender.equals(new Sender.Role("arn:aws:iam::000000000000:role/may")));
    targets.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(ACCOUNT, queues)));
    keys.add(KEY);
    rules = read();
    listener =
        MqttListener.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            (user, password) ->
                keys.contains(user) && new String(password, UTF_8).equals(SECRET)
                    ? Optional.of(new MqttTenant(ACCOUNT.id(), rules, counts))
                    : Optional.empty(),
            InstantSource.system());
  }

  private TopicRules read() {
    return new TopicRules(
        ACCOUNT,
        new SqliteTopicRuleStore(database),
        targets,
        queues,
        counts,
        InstantSource.system(),
        new Random(1));
  }

  /** Reads the rules anew, as the next start does. */
  TopicRules reread() {
    rules = read();
    return rules;
  }

  TopicRules rules() {
    return rules;
  }

  Gate queues() {
    return queues;
  }

  Counted counts() {
    return counts;
  }

  Set<String> keys() {
    return keys;
  }

  MqttListener listener() {
    return listener;
  }

  String url() {
    return "tcp://127.0.0.1:" + listener.port();
  }

  static String arn(String queue) {
    return "arn:aws:sqs:us-east-1:000000000000:" + queue;
  }

  MessageQueue queue(String name) {
    return queues.create("sqs/" + name, STANDARD, "{}");
  }

  MessageQueue fifo(String name) {
    return queues.create(
        "sqs/" + name,
        new QueueRules(true, false, Duration.ZERO, Duration.ofDays(1), Optional.empty()),
        "{}");
  }

  /** A queue, and a rule of its name that brings it what is published on some topics. */
  MessageQueue bring(String name, String filter) {
    MessageQueue queue = queue(name);
    rules.put(rule(name, filter, arn(name)));
    return queue;
  }

  static TopicRule rule(String name, String filter, String... targets) {
    return new TopicRule(
        name,
        filter,
        List.of(targets),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        true);
  }

  /** The next so many messages, which it waits for. */
  static List<Delivery> take(MessageQueue queue, int count) {
    List<Delivery> all = new ArrayList<>();
    while (all.size() < count) {
      List<Delivery> some = queue.receive(10, Duration.ofMinutes(5), Duration.ofSeconds(20));
      if (some.isEmpty()) {
        throw new AssertionError("only %d of %d messages came".formatted(all.size(), count));
      }
      all.addAll(some);
    }
    return all;
  }

  static List<String> bodies(MessageQueue queue, int count) {
    return take(queue, count).stream().map(each -> new String(each.body(), UTF_8)).toList();
  }

  @Override
  public void close() {
    listener.close();
    queues.close();
    database.close();
  }
}
