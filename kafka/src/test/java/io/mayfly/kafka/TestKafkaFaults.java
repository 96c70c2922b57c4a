package io.mayfly.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.kafka.KafkaHarness.Call;
import io.mayfly.kafka.KafkaHarness.Got;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSource.Position;
import io.mayfly.model.EventSourceMapping;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that die, groups that move, and addresses at which there is no Kafka. */
final class TestKafkaFaults {
  private static final int PARTITIONS = 4;

  @TempDir static Path shared;
  private static Broker broker;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() {
    broker = new Broker(shared.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  /** A platform whose function succeeds at once and writes down what it got. */
  private KafkaHarness platform(String name, List<Got> got) throws Exception {
    KafkaHarness platform = new KafkaHarness(folder.resolve(name));
    platform.function =
        request -> {
          Call call = new Call(request, new CompletableFuture<>());
          got.addAll(call.records());
          call.succeed("null");
          return call.answer();
        };
    return platform;
  }

  private static void send(String topic, int from, int to) throws Exception {
    broker.send(
        IntStream.range(from, to)
            .mapToObj(i -> Broker.record(topic, i % PARTITIONS, Integer.toString(i)))
            .toList());
  }

  private static Set<String> values(List<Got> got) {
    Set<String> values = new HashSet<>();
    got.forEach(record -> values.add(record.value()));
    return values;
  }

  @Test
  void aBrokerThatDiesIsSaidAndNothingIsLostWhenItIsBack() throws Exception {
    broker.create("dies", PARTITIONS);
    List<Got> got = new CopyOnWriteArrayList<>();
    try (KafkaHarness platform = platform("data", got)) {
      EventSourceMapping mapping = platform.map(broker, "dies", new Change());
      send("dies", 0, 20);
      KafkaHarness.eventually(() -> values(got).size() == 20);
      broker.kill();
      KafkaHarness.eventually(
          () -> platform.result(mapping).startsWith("PROBLEM: Connection error."));
      assertThat(platform.state(mapping)).isEqualTo("Enabled");
      broker.restart();
      send("dies", 20, 40);
      KafkaHarness.eventually(() -> values(got).size() == 40);
      KafkaHarness.eventually(() -> platform.result(mapping).equals("OK"));
      assertThat(got.size() - 40).as("duplicates").isBetween(0, 20);
      assertInOrder(got);
    }
  }

  /** A partition's records come in order; a duplicate starts over from where it was committed. */
  private static void assertInOrder(List<Got> got) {
    Map<String, Long> next = new HashMap<>();
    for (Got record : got) {
      long expected = next.getOrDefault(record.partition(), 0L);
      assertThat(record.offset()).as(record.partition()).isLessThanOrEqualTo(expected);
      next.merge(record.partition(), record.offset() + 1, Math::max);
    }
  }

  @Test
  void twoMembersShareTheirTopicAndOneTakesOverFromTheOther() throws Exception {
    broker.create("shared", PARTITIONS);
    EventSource source =
        KafkaHarness.source(broker.address(), "shared", Position.TRIM_HORIZON, "both");
    List<Got> first = new CopyOnWriteArrayList<>();
    List<Got> second = new CopyOnWriteArrayList<>();
    try (KafkaHarness one = platform("one", first)) {
      var _ = one.map(source, new Change().size(2));
      send("shared", 0, 40);
      KafkaHarness.eventually(() -> values(first).size() == 40);
      KafkaHarness other = platform("two", second);
      try {
        var _ = other.map(source, new Change().size(2));
        int sent = 40;
        while (partitions(second) < 2) {
          send("shared", sent, sent + PARTITIONS);
          sent += PARTITIONS;
        }
        int before = sent;
        KafkaHarness.eventually(() -> all(first, second).size() == before);
      } finally {
        other.close();
      }
      int sent = all(first, second).size();
      send("shared", sent, sent + 40);
      KafkaHarness.eventually(() -> all(first, second).size() == sent + 40);
      assertAscending(second);
      int duplicates = first.size() + second.size() - sent - 40;
      assertThat(duplicates).as("duplicates").isBetween(0, 40);
    }
  }

  private static void assertAscending(List<Got> got) {
    Map<String, Long> last = new HashMap<>();
    for (Got record : got) {
      assertThat(record.offset()).isGreaterThan(last.getOrDefault(record.partition(), -1L));
      last.put(record.partition(), record.offset());
    }
  }

  private static long partitions(List<Got> got) {
    return got.stream().map(Got::partition).distinct().count();
  }

  private static Set<String> all(List<Got> first, List<Got> second) {
    Set<String> all = values(first);
    all.addAll(values(second));
    return all;
  }

  @Test
  void callsThatAreGivenUpWhenThePlatformEndsComeAgain() throws Exception {
    broker.create("ends", 1);
    broker.send("ends", 0, "a", "b");
    EventSourceMapping mapping;
    try (KafkaHarness platform = new KafkaHarness(folder.resolve("data"))) {
      mapping = platform.map(broker, "ends", new Change().size(1));
      platform.next().succeed("null");
      assertThat(platform.next().values()).containsExactly("b");
    }
    assertThat(broker.committed(mapping.uuid(), "ends", 0)).isEqualTo(1);
    try (KafkaHarness platform = new KafkaHarness(folder.resolve("data"))) {
      assertThat(platform.next().values()).containsExactly("b");
    }
  }

  @Test
  void aTopicThatIsNotThereIsSaidAndReadWhenItIs() throws Exception {
    try (KafkaHarness platform = new KafkaHarness(folder.resolve("data"))) {
      EventSourceMapping mapping = platform.map(broker, "later", new Change());
      assertThat(platform.result(mapping)).isEqualTo("PROBLEM: The topic later does not exist.");
      broker.create("later", 1);
      broker.send("later", 0, "a");
      assertThat(platform.next().values()).containsExactly("a");
    }
  }

  @Test
  void whoAnswersNonsenseIsSaidToBeNoBroker() throws Exception {
    try (ServerSocket nonsense = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        KafkaHarness platform = new KafkaHarness(folder.resolve("data"))) {
      var _ = Thread.startVirtualThread(() -> answer(nonsense));
      EventSourceMapping mapping =
          platform.map(
              KafkaHarness.source(
                  "127.0.0.1:" + nonsense.getLocalPort(), "any", Position.LATEST, ""),
              new Change());
      KafkaHarness.eventually(
          () -> platform.result(mapping).startsWith("PROBLEM: Connection error."));
      assertThat(platform.state(mapping)).isEqualTo("Enabled");
    }
  }

  /** Announces two gigabytes to everybody, and sends none. */
  private static void answer(ServerSocket nonsense) {
    while (!nonsense.isClosed()) {
      try {
        Socket client = nonsense.accept();
        new DataOutputStream(client.getOutputStream()).writeInt(Integer.MAX_VALUE);
      } catch (IOException e) {
        return;
      }
    }
  }

  @Test
  void manyRecordsAreNotHeldInMemory() throws Exception {
    broker.create("many", PARTITIONS);
    List<Got> got = new CopyOnWriteArrayList<>();
    try (KafkaHarness platform = new KafkaHarness(folder.resolve("data"))) {
      var _ = platform.map(broker, "many", new Change().size(10));
      send("many", 0, 400);
      for (int calls = 0; values(got).size() < 400; calls++) {
        Call call = platform.next();
        assertThat(call.records()).hasSizeLessThanOrEqualTo(10);
        got.addAll(call.records());
        call.succeed("null");
        assertThat(calls).isLessThan(400);
      }
      got.sort(Comparator.comparing(Got::partition));
      assertInOrder(got);
    }
  }
}
