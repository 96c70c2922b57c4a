package io.mayfly.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * A queue as simple as can be: a list. What is done to it is done to a real queue as well, whose
 * answers have to be possible ones.
 */
final class QueueModel {
  private static final Duration VISIBILITY = Duration.ofSeconds(15);

  private static final class Entry {
    final NewMessage message;
    final Instant sent;
    Instant visibleAt;
    int receives;
    Receipt receipt = new Receipt(0, 0, 0);

    Entry(NewMessage message, Instant sent, Instant visibleAt) {
      this.message = message;
      this.sent = sent;
      this.visibleAt = visibleAt;
    }
  }

  private final boolean fifo;
  private final InstantSource clock;
  private final Random random;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Receipt> given = new ArrayList<>();

  QueueModel(boolean fifo, InstantSource clock, Random random) {
    this.fifo = fifo;
    this.clock = clock;
    this.random = random;
  }

  private boolean visible(Entry entry) {
    return !entry.visibleAt.isAfter(clock.instant());
  }

  /** Whether others of its group are in flight. */
  private boolean blocked(Entry entry) {
    return fifo
        && entries.stream()
            .anyMatch(
                other ->
                    !visible(other)
                        && Objects.equals(other.message.group(), entry.message.group()));
  }

  void send(MessageQueue queue) {
    int count = 1 + random.nextInt(5);
    List<NewMessage> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Optional<Duration> delay =
          fifo || random.nextInt(4) > 0
              ? Optional.empty()
              : Optional.of(Duration.ofSeconds(random.nextInt(30)));
      NewMessage message =
          new NewMessage(
              UUID.randomUUID(),
              ("m" + random.nextInt()).repeat(1 + random.nextInt(600)).getBytes(UTF_8),
              Map.of(),
              Map.of(),
              fifo ? Optional.of("g" + random.nextInt(4)) : Optional.empty(),
              fifo ? Optional.of(UUID.randomUUID().toString()) : Optional.empty(),
              delay);
      messages.add(message);
      Instant now = clock.instant();
      entries.add(new Entry(message, now, now.plus(delay.orElse(Duration.ZERO))));
    }
    queue.send(messages).join();
  }

  void receive(MessageQueue queue) {
    int max = 1 + random.nextInt(6);
    List<Entry> allowed =
        entries.stream().filter(entry -> visible(entry) && !blocked(entry)).toList();
    List<Delivery> deliveries = queue.receive(max, VISIBILITY);
    assertThat(deliveries.size()).isLessThanOrEqualTo(max);
    assertThat(deliveries.isEmpty()).as("none of " + allowed.size()).isEqualTo(allowed.isEmpty());
    List<Entry> received = new ArrayList<>();
    for (Delivery delivery : deliveries) {
      Entry entry =
          allowed.stream()
              .filter(one -> one.message.id().equals(delivery.id()))
              .findFirst()
              .orElseThrow(() -> new AssertionError(delivery + " may not be received"));
      assertThat(delivery.receives()).isEqualTo(entry.receives + 1);
      assertThat(delivery.body()).isEqualTo(entry.message.body());
      assertThat(delivery.sent()).isEqualTo(entry.sent);
      assertThat(received).doesNotContain(entry);
      if (fifo) {
        assertThat(
                allowed.stream()
                    .filter(one -> one.message.group().equals(entry.message.group()))
                    .filter(one -> !received.contains(one))
                    .findFirst())
            .as("the next of its group")
            .containsSame(entry);
      }
      received.add(entry);
      entry.receives++;
      entry.receipt = delivery.receipt();
      given.add(delivery.receipt());
    }
    received.forEach(entry -> entry.visibleAt = clock.instant().plus(VISIBILITY));
  }

  private Optional<Receipt> anyReceipt() {
    return given.isEmpty()
        ? Optional.empty()
        : Optional.of(given.get(given.size() - 1 - random.nextInt(Math.min(8, given.size()))));
  }

  private Optional<Entry> of(Receipt receipt) {
    return entries.stream().filter(entry -> entry.receipt.equals(receipt)).findFirst();
  }

  void delete(MessageQueue queue) {
    List<Receipt> receipts = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      anyReceipt().ifPresent(receipts::add);
    }
    queue.delete(receipts, List.of()).join();
    for (Receipt receipt : receipts) {
      of(receipt).filter(entry -> !fifo || !visible(entry)).ifPresent(entries::remove);
    }
  }

  void changeVisibility(MessageQueue queue) {
    Optional<Receipt> receipt = anyReceipt();
    if (receipt.isPresent()) {
      Duration visibility = Duration.ofSeconds(random.nextInt(3) * 10L);
      Optional<Entry> entry = of(receipt.get()).filter(one -> !visible(one));
      assertThat(queue.changeVisibility(receipt.get(), visibility)).isEqualTo(entry.isPresent());
      entry.ifPresent(one -> one.visibleAt = clock.instant().plus(visibility));
    }
  }

  void purge(MessageQueue queue) {
    queue.purge().join();
    entries.clear();
  }

  void check(MessageQueue queue) {
    long ready = entries.stream().filter(this::visible).count();
    long delayed = entries.stream().filter(one -> !visible(one) && one.receives == 0).count();
    Depth depth = queue.depth();
    assertThat(List.of(depth.ready(), depth.inFlight(), depth.delayed()))
        .as("ready, in flight, delayed")
        .containsExactly(ready, entries.size() - ready - delayed, delayed);
    assertThat(depth.oldest())
        .isEqualTo(entries.isEmpty() ? Optional.empty() : Optional.of(entries.getFirst().sent));
  }
}
