package io.mayfly.events;

import io.mayfly.model.Account;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteEventBusStore;
import io.mayfly.triggers.QueueTarget;
import io.mayfly.triggers.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many events a second are matched against a thousand rules and delivered to a queue, on the
 * disk before they are answered. Takes a folder, the events in a call and the seconds.
 */
final class EventBench {
  private static final int RULES = 1000;
  private static final int CLIENTS = 16;
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");

  private EventBench() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "events");
    int size = Integer.parseInt(arguments[1]);
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[2]));
    try (Database database = Database.open(folder.resolve("mayfly.db"));
        SqliteQueues queues =
            SqliteQueues.open(folder.resolve("queue.db"), InstantSource.system())) {
      var _ =
          queues.create(
              "sqs/q",
              new QueueRules(false, false, Duration.ZERO, Duration.ofDays(4), Optional.empty()),
              "");
      Targets targets = new Targets((sender, action, resource) -> true);
      targets.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(ACCOUNT, queues)));
      SqliteEventBusStore store = new SqliteEventBusStore(database);
      EventBuses buses = new EventBuses(ACCOUNT, store, InstantSource.system());
      for (int n = 0; n < RULES; n++) {
        var _ = buses.putRule(rule(n));
      }
      try (EventBridge bridge =
          new EventBridge(
              buses, store, queues, targets, () -> ThreadLocalRandom.current().nextLong())) {
        for (int round = 0; round < 3; round++) {
          long sent = run(bridge, size, time);
          System.out.printf(
              "%d rules, %d clients, %d events a call: %,d events/s%n",
              RULES, CLIENTS, size, sent / time.toSeconds());
        }
      }
    }
  }

  private static Rule rule(int n) {
    return new Rule(
        "default",
        "r" + n,
        Optional.of(
            "{\"source\":[\"shop.%d\"],\"detail\":{\"state\":[{\"prefix\":\"pl\"}],\"total\":[{\"numeric\":[\">\",%d]}]}}"
                .formatted(n, n % 50)),
        Optional.empty(),
        Rule.ENABLED,
        Optional.empty(),
        Optional.empty(),
        List.of(BridgeHarness.target("t", BridgeHarness.SQS + "q")),
        Map.of());
  }

  private static long run(EventBridge bridge, int size, Duration time) throws InterruptedException {
    LongAdder sent = new LongAdder();
    long end = System.nanoTime() + time.toNanos();
    CountDownLatch done = new CountDownLatch(CLIENTS);
    for (int client = 0; client < CLIENTS; client++) {
      Thread.startVirtualThread(
          () -> {
            while (System.nanoTime() < end) {
              List<Publisher.Entry> entries =
                  ThreadLocalRandom.current()
                      .ints(size, 0, RULES)
                      .mapToObj(EventBench::entry)
                      .toList();
              var _ = bridge.publisher().put(entries);
              sent.add(size);
            }
            done.countDown();
          });
    }
    done.await();
    return sent.sum();
  }

  private static Publisher.Entry entry(int n) {
    return BridgeHarness.entry(
        "shop." + n,
        "{\"state\":\"placed\",\"total\":%d,\"customer\":{\"name\":\"A. Nyone\",\"city\":\"Anywhere\"},\"items\":[{\"sku\":\"4711\",\"count\":2,\"price\":12.95},{\"sku\":\"4712\",\"count\":1,\"price\":7.5}],\"note\":\"%s\"}"
            .formatted(100 + n, "x".repeat(200)));
  }
}
