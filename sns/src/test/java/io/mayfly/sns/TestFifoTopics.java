package io.mayfly.sns;

import static io.mayfly.sns.Harness.CALLER;
import static io.mayfly.sns.Harness.entry;
import static io.mayfly.sns.Harness.json;
import static io.mayfly.sns.Harness.ordered;
import static io.mayfly.sns.Harness.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.queue.Delivery;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics that keep order: duplicates, numbers, groups. */
@Timeout(120)
class TestFifoTopics {
  @TempDir Path folder;
  private Harness harness;

  @BeforeEach
  void open() {
    harness = new Harness(folder);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void aFifoTopicKeepsOrderAndDropsDuplicatesForFiveMinutes() {
    String topic = harness.topic("a.fifo", Map.of("ContentBasedDeduplication", "true"));
    Map<String, String> raw = Map.of("RawMessageDelivery", "true");
    harness.subscribe(topic, "sqs", harness.queue("q.fifo"), raw);
    harness.subscribe(topic, "sqs", harness.queue("plain"), Map.of());
    Publish.Output first = harness.publish(ordered(topic, "1", "g", ""));
    Publish.Output second = harness.publish(ordered(topic, "2", "g", ""));
    Publish.Output again = harness.publish(ordered(topic, "1", "g", ""));
    assertThat(again).isEqualTo(first);
    assertThat(first.sequenceNumber().orElseThrow()).hasSize(20);
    assertThat(second.sequenceNumber().orElseThrow())
        .isGreaterThan(first.sequenceNumber().orElseThrow());
    List<Delivery> taken = harness.take("sqs/q.fifo");
    assertThat(taken).extracting(Harness::body).containsExactly("1", "2");
    assertThat(taken.getFirst().group()).isEqualTo(Optional.of("g"));
    List<Delivery> plain = harness.take("sqs/plain");
    assertThat(plain).hasSize(2);
    assertThat(json(plain.getFirst()).path("SequenceNumber").asString())
        .isEqualTo(first.sequenceNumber().orElseThrow());
    assertThat(json(plain.getFirst()).has("Signature")).isFalse();
    harness.restart();
    assertThat(harness.publish(ordered(topic, "2", "g", ""))).isEqualTo(second);
    harness.later(Duration.ofMinutes(5).plusSeconds(1));
    assertThat(harness.publish(ordered(topic, "1", "g", "")).messageId())
        .isNotEqualTo(first.messageId());
    assertThat(harness.bodies("sqs/q.fifo")).containsExactly("1");
    PublishBatch.Output batch =
        new PublishBatch(harness.topics)
            .handle(
                new PublishBatch.Input(
                    topic,
                    List.of(entry("a", "x", Optional.of("g")), entry("b", "y", Optional.of("g")))),
                CALLER);
    assertThat(batch.successful()).hasSize(2);
    assertThat(harness.bodies("sqs/q.fifo")).containsExactly("x", "y");
  }

  @Test
  void deduplicationIsOfTheTopicOrOfTheGroup() {
    String topic = harness.topic("a.fifo", Map.of());
    harness.subscribe(topic, "sqs", harness.queue("q"), Map.of("RawMessageDelivery", "true"));
    harness.publish(ordered(topic, "1", "g", "d"));
    harness.publish(ordered(topic, "2", "h", "d"));
    assertThat(harness.bodies("sqs/q")).containsExactly("1");
    harness.topics.set(topic, "FifoThroughputScope", "MessageGroup");
    harness.publish(ordered(topic, "3", "g", "e"));
    harness.publish(ordered(topic, "4", "h", "e"));
    assertThat(harness.bodies("sqs/q")).containsExactlyInAnyOrder("3", "4");
  }

  @Test
  void manyWhoPublishAtOnceKeepTheOrderOfTheirGroups() throws InterruptedException {
    String topic = harness.topic("a.fifo", Map.of());
    harness.subscribe(topic, "sqs", harness.queue("q.fifo"), Map.of("RawMessageDelivery", "true"));
    CountDownLatch done = new CountDownLatch(8);
    for (int group = 0; group < 8; group++) {
      String name = "g" + group;
      Thread.startVirtualThread(
          () -> {
            for (int i = 0; i < 25; i++) {
              harness.publish(ordered(topic, name + " " + (100 + i), name, name + i));
            }
            done.countDown();
          });
    }
    done.await();
    Map<String, List<String>> seen = new HashMap<>();
    List<String> taken;
    do {
      taken = harness.bodies("sqs/q.fifo");
      taken.forEach(
          text ->
              seen.computeIfAbsent(text.substring(0, text.indexOf(' ')), _ -> new ArrayList<>())
                  .add(text));
    } while (!taken.isEmpty());
    assertThat(seen).hasSize(8);
    assertThat(seen.values()).allSatisfy(list -> assertThat(list).hasSize(25).isSorted());
  }

  @Test
  void whatTheJournalHoldsAtTheStartIsTold() {
    String topic = harness.topic("a.fifo", Map.of());
    harness.subscribe(topic, "sqs", harness.queue("q.fifo"), Map.of("RawMessageDelivery", "true"));
    harness.topics.close();
    // Accepted, and then the platform died.
    var _ =
        harness
            .queues
            .send(
                harness.targets.forward(
                    topic,
                    new Sender.Role("r"),
                    new Notice(
                        "m".getBytes(StandardCharsets.UTF_8),
                        Map.of(),
                        "",
                        Optional.of("g"),
                        Optional.of("d"))))
            .join();
    assertThat(harness.take("sqs/q.fifo")).isEmpty();
    harness.restart();
    List<String> seen = new ArrayList<>();
    Harness.eventually(
        () -> {
          seen.addAll(harness.bodies("sqs/q.fifo"));
          return !seen.isEmpty();
        });
    assertThat(seen).containsExactly("m");
  }
}
