package io.mayfly.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every kind of {@link Queues} promises. */
abstract class TestQueueContract {
  static final Duration VISIBILITY = Duration.ofSeconds(30);
  static final Duration LONG = Duration.ofSeconds(20);
  static final Duration DAYS = Duration.ofDays(4);
  static final QueueRules STANDARD =
      new QueueRules(false, false, Duration.ZERO, DAYS, Optional.empty());
  static final QueueRules FIFO = new QueueRules(true, false, Duration.ZERO, DAYS, Optional.empty());

  final SetClock clock = new SetClock();
  Queues queues;

  /** Opens what was closed, or begins afresh. */
  abstract Queues open(InstantSource clock);

  /** Does what is due by the clock. */
  abstract void tick(Queues opened);

  @BeforeEach
  final void openQueues() {
    queues = open(clock);
  }

  @AfterEach
  final void closeQueues() {
    queues.close();
  }

  final MessageQueue reopened(String name) {
    queues.close();
    queues = open(clock);
    return queues.find(name).orElseThrow();
  }

  final void advance(Duration time) {
    clock.advance(time);
    tick(queues);
  }

  static QueueRules withDelay(QueueRules rules, Duration delay) {
    return new QueueRules(
        rules.fifo(), rules.groupDeduplication(), delay, rules.retention(), rules.deadLetters());
  }

  static QueueRules withDeadLetters(QueueRules rules, String queue, int maxReceives) {
    return new QueueRules(
        rules.fifo(),
        rules.groupDeduplication(),
        rules.delay(),
        rules.retention(),
        Optional.of(new QueueRules.DeadLetters(queue, maxReceives)));
  }

  static NewMessage message(String body) {
    return message(body, Optional.empty());
  }

  static NewMessage message(String body, Optional<Duration> delay) {
    return new NewMessage(
        UUID.randomUUID(),
        body.getBytes(UTF_8),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        delay);
  }

  static NewMessage message(String group, String body) {
    return message(group, body, UUID.randomUUID().toString());
  }

  static NewMessage message(String group, String body, String deduplication) {
    return new NewMessage(
        UUID.randomUUID(),
        body.getBytes(UTF_8),
        Map.of(),
        Map.of(),
        Optional.of(group),
        Optional.of(deduplication),
        Optional.empty());
  }

  static Sent send(MessageQueue queue, NewMessage message) {
    return queue.send(List.of(message)).join().getFirst();
  }

  static void sendAll(MessageQueue queue, String... bodies) {
    for (String body : bodies) {
      send(queue, message(body));
    }
  }

  static String body(Delivery delivery) {
    return new String(delivery.body(), UTF_8);
  }

  static List<String> bodies(List<Delivery> deliveries) {
    return deliveries.stream().map(TestQueueContract::body).toList();
  }

  static List<String> receive(MessageQueue queue, int max) {
    return bodies(queue.receive(max, VISIBILITY));
  }

  static Delivery one(MessageQueue queue) {
    List<Delivery> deliveries = queue.receive(1, VISIBILITY);
    assertThat(deliveries).hasSize(1);
    return deliveries.getFirst();
  }

  static void delete(MessageQueue queue, Delivery delivery) {
    queue.delete(List.of(delivery.receipt()), List.of()).join();
  }

  static void assertDepth(MessageQueue queue, long ready, long inFlight, long delayed) {
    Depth depth = queue.depth();
    assertThat(List.of(depth.ready(), depth.inFlight(), depth.delayed()))
        .as("ready, in flight, delayed")
        .containsExactly(ready, inFlight, delayed);
  }

  // Queues

  @Test
  void queuesAreMadeFoundListedChangedAndRemoved() {
    QueueRules rules = withDeadLetters(withDelay(FIFO, Duration.ofMillis(1500)), "sqs/d", 3);
    MessageQueue made = queues.create("sqs/b", rules, "{\"ünï\":1}");
    MessageQueue other = queues.create("sqs/a", STANDARD, "");
    queues.create("async/a", STANDARD, "");
    assertThat(queues.find("sqs/b")).containsSame(made);
    assertThat(queues.find("sqs/c")).isEmpty();
    assertThat(queues.list("sqs/")).containsExactly(other, made);
    assertThat(queues.list("")).hasSize(3);
    assertThatThrownBy(() -> queues.create("sqs/a", FIFO, ""))
        .isInstanceOfSatisfying(
            MayflyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    MessageQueue again = reopened("sqs/b");
    assertThat(again.name()).isEqualTo("sqs/b");
    assertThat(again.rules()).isEqualTo(rules);
    assertThat(again.document()).isEqualTo("{\"ünï\":1}");
    again.change(FIFO, "changed");
    assertThatThrownBy(() -> again.change(STANDARD, ""))
        .isInstanceOf(IllegalArgumentException.class);
    MessageQueue changed = reopened("sqs/b");
    assertThat(changed.rules()).isEqualTo(FIFO);
    assertThat(changed.document()).isEqualTo("changed");
    queues.delete("sqs/b");
    queues.delete("sqs/never");
    assertThat(queues.find("sqs/b")).isEmpty();
    queues.close();
    queues = open(clock);
    assertThat(queues.list("")).extracting(MessageQueue::name).containsExactly("async/a", "sqs/a");
  }

  @Test
  void aRemovedQueueTakesItsMessagesAlongAndItsNameIsFree() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a", "b");
    one(queue);
    one(queue);
    SynchronousQueue<List<Delivery>> received = new SynchronousQueue<>();
    Thread receiver =
        Thread.startVirtualThread(() -> put(received, queue.receive(1, VISIBILITY, LONG)));
    untilWaiting(receiver);
    queues.delete("q");
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEmpty();
    assertThat(queue.receive(1, VISIBILITY)).isEmpty();
    assertThatThrownBy(() -> send(queue, message("late")))
        .hasRootCauseInstanceOf(MayflyException.class)
        .hasMessageContaining("there is no queue q");
    MessageQueue next = queues.create("q", STANDARD, "");
    assertDepth(next, 0, 0, 0);
    tick(queues);
    sendAll(next, "c");
    assertThat(receive(reopened("q"), 10)).containsExactly("c");
  }

  // Sending and receiving

  @Test
  void whatIsSentIsReceivedAsItWas() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    NewMessage sent =
        new NewMessage(
            UUID.randomUUID(),
            new byte[] {0, -1, 'x'},
            Map.of(
                "text", new MessageAttribute("String.ünï", "wörd".getBytes(UTF_8)),
                "bytes", new MessageAttribute("Binary", new byte[] {1, 0, -128})),
            Map.of("SenderId", "me", "AWSTraceHeader", ""),
            Optional.of("grüp"),
            Optional.of("once"),
            Optional.of(Duration.ZERO));
    Instant then = clock.instant();
    assertThat(send(queue, sent)).isEqualTo(new Sent(sent.id(), 1, false));
    advance(Duration.ofSeconds(3));
    for (int i = 1; i <= 2; i++) {
      Delivery delivery = one(queue);
      assertThat(delivery.receives()).isEqualTo(i);
      assertThat(delivery.id()).isEqualTo(sent.id());
      assertThat(delivery.body()).isEqualTo(sent.body());
      assertThat(delivery.attributes())
          .containsOnlyKeys("text", "bytes")
          .hasEntrySatisfying(
              "text",
              text -> {
                assertThat(text.type()).isEqualTo("String.ünï");
                assertThat(text.value()).isEqualTo("wörd".getBytes(UTF_8));
                assertThat(text.binary()).isFalse();
              })
          .hasEntrySatisfying(
              "bytes",
              bytes -> {
                assertThat(bytes.value()).isEqualTo(new byte[] {1, 0, -128});
                assertThat(bytes.binary()).isTrue();
              });
      assertThat(delivery.system())
          .containsOnly(entry("SenderId", "me"), entry("AWSTraceHeader", ""));
      assertThat(delivery.group()).contains("grüp");
      assertThat(delivery.deduplication()).contains("once");
      assertThat(delivery.sent()).isEqualTo(then);
      assertThat(delivery.firstReceived()).isEqualTo(then.plusSeconds(3));
      assertThat(delivery.origin()).isEmpty();
      assertThat(queue.changeVisibility(delivery.receipt(), Duration.ZERO)).isTrue();
      queue = reopened("q");
    }
  }

  @Test
  void anEmptyBodyAndAnEmptyBatchAreTaken() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    assertThat(queue.send(List.of()).join()).isEmpty();
    queue.delete(List.of(), List.of()).join();
    send(queue, message(""));
    assertThat(receive(queue, 10)).containsExactly("");
  }

  @Test
  void aBodyOfManyMegabytesIsKept() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    byte[] body = new byte[40 << 20];
    new Random(1).nextBytes(body);
    NewMessage sent =
        new NewMessage(
            UUID.randomUUID(),
            body,
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    send(queue, sent);
    assertThat(one(queue).body()).isEqualTo(body);
  }

  @Test
  void theOldestComeFirstUpToAsManyAsAreWanted() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a", "b", "c", "d");
    assertThat(receive(queue, 1)).containsExactly("a");
    assertThat(receive(queue, 2)).containsExactly("b", "c");
    assertThat(receive(queue, 10)).containsExactly("d");
    assertThat(receive(queue, 10)).isEmpty();
    assertDepth(queue, 0, 4, 0);
  }

  @Test
  void sequenceNumbersGrowOverRestartsEvenOfAnEmptyQueue() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    long last = 0;
    for (int i = 0; i < 3; i++) {
      long next = send(queue, message("a")).sequence();
      assertThat(next).isGreaterThan(last);
      last = next;
      delete(queue, one(queue));
      queue = reopened("q");
      assertDepth(queue, 0, 0, 0);
    }
  }

  // Leases

  @Test
  void aLeaseEndsAndTheMessageComesAgainWithANewReceipt() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a");
    Delivery first = one(queue);
    assertThat(first.receives()).isEqualTo(1);
    advance(VISIBILITY.minusMillis(1));
    assertThat(receive(queue, 1)).isEmpty();
    assertThat(queue.holds(first.receipt())).isTrue();
    advance(Duration.ofMillis(1));
    assertThat(queue.holds(first.receipt())).isFalse();
    Delivery second = one(queue);
    assertThat(second.receives()).isEqualTo(2);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.receipt()).isNotEqualTo(first.receipt());
    assertThat(second.firstReceived()).isEqualTo(first.firstReceived());
    assertThat(queue.holds(second.receipt())).isTrue();
  }

  @Test
  void visibilityIsChangedForTheOneWhoHasTheLease() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a");
    Delivery first = one(queue);
    advance(Duration.ofSeconds(20));
    assertThat(queue.changeVisibility(first.receipt(), VISIBILITY)).isTrue();
    advance(Duration.ofSeconds(20));
    assertThat(receive(queue, 1)).isEmpty();
    assertThat(queue.changeVisibility(first.receipt(), Duration.ZERO)).isTrue();
    Delivery second = one(queue);
    assertThat(queue.changeVisibility(first.receipt(), VISIBILITY)).isFalse();
    delete(queue, second);
    assertThat(queue.changeVisibility(second.receipt(), VISIBILITY)).isFalse();
    assertThat(queue.changeVisibility(new Receipt(999, 1, 1), VISIBILITY)).isFalse();
  }

  @Test
  void inAStandardQueueTheLastReceiptDeletesAndEarlierOnesDoNot() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a", "b");
    Delivery a = one(queue);
    Delivery b = one(queue);
    advance(VISIBILITY);
    Delivery again = one(queue);
    assertThat(body(again)).isEqualTo("a");
    delete(queue, a);
    assertDepth(queue, 1, 1, 0);
    delete(queue, b);
    assertDepth(queue, 0, 1, 0);
    delete(queue, again);
    delete(queue, again);
    assertDepth(queue, 0, 0, 0);
    advance(VISIBILITY);
    assertThat(receive(reopened("q"), 10)).isEmpty();
  }

  @Test
  void inAFirstInFirstOutQueueAReceiptDeletesWhileItsLeaseLasts() {
    MessageQueue queue = queues.create("q", FIFO, "");
    send(queue, message("g", "a"));
    Delivery first = one(queue);
    List<Receipt> over = List.of(first.receipt());
    advance(VISIBILITY);
    assertThat(queue.delete(over, List.of()).join()).isEqualTo(over);
    Delivery second = one(queue);
    assertThat(body(second)).isEqualTo("a");
    assertThat(queue.delete(over, List.of()).join()).isEqualTo(over);
    assertThat(queue.inFlight()).isEqualTo(1);
    assertDepth(queue, 0, 1, 0);
    List<Receipt> holds = List.of(second.receipt());
    assertThat(queue.delete(holds, List.of()).join()).isEmpty();
    assertThat(queue.delete(holds, List.of()).join()).isEmpty();
    assertThat(queue.inFlight()).isZero();
    assertDepth(queue, 0, 0, 0);
  }

  @Test
  void noMoreAreInFlightThanTheLimit() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    List<NewMessage> batch = Collections.nCopies(1_001, message("m"));
    List<CompletableFuture<List<Sent>>> sends = new ArrayList<>();
    for (int i = 0; i < MessageQueue.MAX_IN_FLIGHT / 1_000; i++) {
      sends.add(queue.send(batch));
    }
    sends.forEach(CompletableFuture::join);
    List<Delivery> all = new ArrayList<>();
    List<Delivery> some = queue.receive(50_000, VISIBILITY);
    while (!some.isEmpty()) {
      all.addAll(some);
      some = queue.receive(50_000, VISIBILITY);
    }
    assertThat(all).hasSize(MessageQueue.MAX_IN_FLIGHT);
    assertDepth(queue, 120, MessageQueue.MAX_IN_FLIGHT, 0);
    delete(queue, all.getFirst());
    assertThat(receive(queue, 10)).hasSize(1);
  }

  @Test
  void leasesReceivesAndDelaysOutliveTheProcess() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a", "b", "c");
    send(queue, message("late", Optional.of(Duration.ofMinutes(15))));
    Delivery a = one(queue);
    one(queue);
    advance(Duration.ofSeconds(10));
    queue = reopened("q");
    assertDepth(queue, 1, 2, 1);
    assertThat(queue.holds(a.receipt())).isTrue();
    delete(queue, a);
    assertThat(receive(queue, 10)).containsExactly("c");
    advance(Duration.ofSeconds(20));
    Delivery b = one(queue);
    assertThat(body(b)).isEqualTo("b");
    assertThat(b.receives()).isEqualTo(2);
    queue = reopened("q");
    advance(Duration.ofMinutes(15));
    assertThat(receive(queue, 10)).containsExactly("b", "c", "late");
  }

  @Test
  void anOldReceiptDeletesWhatIsOnTheDiskOnly() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a");
    Delivery a = one(queue);
    reopened("q");
    advance(VISIBILITY);
    queue = reopened("q");
    delete(queue, a);
    assertDepth(queue, 0, 0, 0);
  }

  // Waiting

  @Test
  void whoWaitsIsWokenByAMessage() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    SynchronousQueue<List<Delivery>> received = new SynchronousQueue<>();
    Thread receiver =
        Thread.startVirtualThread(() -> put(received, queue.receive(10, VISIBILITY, LONG)));
    untilWaiting(receiver);
    queue.send(List.of(message("a"), message("b"))).join();
    assertThat(bodies(received.poll(10, TimeUnit.SECONDS))).containsExactly("a", "b");
  }

  @Test
  void receiversAreServedInTheOrderInWhichTheyCame() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> receivers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Thread receiver =
          Thread.startVirtualThread(
              () -> {
                for (Delivery delivery : queue.receive(1, VISIBILITY, LONG)) {
                  order.add(number + body(delivery));
                }
              });
      untilWaiting(receiver);
      receivers.add(receiver);
    }
    sendAll(queue, "a", "b", "c", "d");
    for (Thread receiver : receivers) {
      receiver.join();
    }
    assertThat(order).containsExactlyInAnyOrder("0a", "1b", "2c", "3d");
  }

  @Test
  void whoWaitsIsWokenByTheEndOfALeaseAndOfADelay() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a");
    one(queue);
    send(queue, message("late", Optional.of(Duration.ofSeconds(60))));
    for (String expected : List.of("a", "late")) {
      SynchronousQueue<List<Delivery>> received = new SynchronousQueue<>();
      Thread receiver =
          Thread.startVirtualThread(
              () -> put(received, queue.receive(1, Duration.ofMinutes(9), LONG)));
      untilWaiting(receiver);
      advance(VISIBILITY);
      assertThat(bodies(received.poll(10, TimeUnit.SECONDS))).containsExactly(expected);
    }
  }

  @Test
  void waitingEndsWithNothing() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    assertThat(queue.receive(1, VISIBILITY, Duration.ofMillis(2))).isEmpty();
    sendAll(queue, "a");
    assertThat(queue.receive(1, VISIBILITY, Duration.ofMillis(2))).hasSize(1);
  }

  @Test
  void anInterruptEndsTheWaitingAndNoMessageIsLost() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    SynchronousQueue<Boolean> kept = new SynchronousQueue<>();
    Thread receiver =
        Thread.startVirtualThread(
            () -> {
              boolean empty = queue.receive(1, VISIBILITY, LONG).isEmpty();
              put(kept, empty && Thread.interrupted());
            });
    untilWaiting(receiver);
    receiver.interrupt();
    assertThat(kept.poll(10, TimeUnit.SECONDS)).isTrue();
    sendAll(queue, "a");
    Delivery delivery = one(queue);
    assertThat(delivery.receives()).isEqualTo(1);
  }

  @Test
  void interruptsThatMeetMessagesLoseNone() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    AtomicInteger received = new AtomicInteger();
    for (int i = 0; i < 200; i++) {
      Thread receiver =
          Thread.startVirtualThread(
              () -> received.addAndGet(queue.receive(1, VISIBILITY, LONG).size()));
      Thread sender = Thread.startVirtualThread(() -> sendAll(queue, "m"));
      receiver.interrupt();
      sender.join();
      receiver.join();
    }
    assertDepth(queue, 200 - received.get(), received.get(), 0);
  }

  @Test
  void closingEndsTheWaiting() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    SynchronousQueue<List<Delivery>> received = new SynchronousQueue<>();
    Thread receiver =
        Thread.startVirtualThread(() -> put(received, queue.receive(1, VISIBILITY, LONG)));
    untilWaiting(receiver);
    queues.close();
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEmpty();
    assertThatThrownBy(() -> queue.send(List.of(message("late"))).join())
        .hasMessageContaining("shutting down");
    queues = open(clock);
    assertDepth(queues.find("q").orElseThrow(), 0, 0, 0);
  }

  @Test
  void listenersAreToldOfWhateverBecomesReady() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    AtomicInteger told = new AtomicInteger();
    AutoCloseable listening = queue.whenReady(told::incrementAndGet);
    assertThat(told).hasValue(0);
    sendAll(queue, "a");
    assertThat(told.getAndSet(0)).isPositive();
    one(queue);
    assertThat(told).hasValue(0);
    advance(VISIBILITY);
    assertThat(told.getAndSet(0)).as("a lease has ended").isPositive();
    Delivery delivery = one(queue);
    queue.changeVisibility(delivery.receipt(), Duration.ZERO);
    assertThat(told.getAndSet(0)).as("it was given back").isPositive();
    delete(queue, one(queue));
    send(queue, message("late", Optional.of(Duration.ofSeconds(60))));
    assertThat(told.getAndSet(0)).isZero();
    advance(Duration.ofSeconds(60));
    assertThat(told.getAndSet(0)).as("a delay has ended").isPositive();
    listening.close();
    sendAll(queue, "b");
    assertThat(told).hasValue(0);
    AutoCloseable late = reopened("q").whenReady(told::incrementAndGet);
    assertThat(told.get()).as("there are some").isPositive();
    late.close();
  }

  @Test
  void listenersOfAFirstInFirstOutQueueAreToldWhenAGroupIsFree() throws Exception {
    MessageQueue queue = queues.create("q", FIFO, "");
    send(queue, message("g", "a"));
    send(queue, message("g", "b"));
    Delivery a = one(queue);
    AtomicInteger told = new AtomicInteger();
    try (AutoCloseable _ = queue.whenReady(told::incrementAndGet)) {
      assertThat(told).hasValue(0);
      delete(queue, a);
      assertThat(told.get()).isPositive();
    }
  }

  // Delays

  @Test
  void aMessageWaitsAsItSaysOrAsItsQueueDoes() {
    MessageQueue queue = queues.create("q", withDelay(STANDARD, Duration.ofSeconds(5)), "");
    sendAll(queue, "queue's");
    send(queue, message("own", Optional.of(Duration.ofSeconds(9))));
    send(queue, message("now", Optional.of(Duration.ZERO)));
    assertDepth(queue, 1, 0, 2);
    assertThat(receive(queue, 10)).containsExactly("now");
    advance(Duration.ofSeconds(5));
    assertDepth(queue, 1, 1, 1);
    assertThat(receive(queue, 10)).containsExactly("queue's");
    advance(Duration.ofSeconds(4));
    assertThat(receive(queue, 10)).containsExactly("own");
  }

  @Test
  void aMessageInADelayedFirstInFirstOutQueueHoldsUpItsGroup() {
    MessageQueue queue = queues.create("q", withDelay(FIFO, Duration.ofSeconds(5)), "");
    send(queue, message("g", "a"));
    queue.change(FIFO, "");
    send(queue, message("g", "b"));
    send(queue, message("h", "c"));
    assertThat(receive(queue, 10)).containsExactly("c");
    advance(Duration.ofSeconds(5));
    assertThat(receive(queue, 10)).containsExactly("a", "b");
  }

  // First in, first out

  @Test
  void aGroupComesInOrderAndIsBlockedWhileSomeOfItIsInFlight() {
    MessageQueue queue = queues.create("q", FIFO, "");
    for (String body : List.of("a1", "a2", "a3")) {
      send(queue, message("a", body));
    }
    send(queue, message("b", "b1"));
    List<Delivery> first = queue.receive(2, VISIBILITY);
    assertThat(bodies(first)).containsExactly("a1", "a2");
    assertThat(receive(queue, 10)).containsExactly("b1");
    delete(queue, first.get(0));
    assertThat(receive(queue, 10)).as("a2 is in flight").isEmpty();
    queue.changeVisibility(first.get(1).receipt(), Duration.ZERO);
    assertThat(receive(queue, 10)).containsExactly("a2", "a3");
  }

  @Test
  void aBatchThatComesBackInPartsKeepsItsOrder() {
    MessageQueue queue = queues.create("q", FIFO, "");
    for (String body : List.of("1", "2", "3")) {
      send(queue, message("g", body));
    }
    List<Delivery> batch = queue.receive(10, VISIBILITY);
    queue.changeVisibility(batch.get(2).receipt(), Duration.ZERO);
    assertThat(receive(queue, 10)).isEmpty();
    queue.changeVisibility(batch.get(0).receipt(), Duration.ZERO);
    delete(queue, batch.get(1));
    queue = reopened("q");
    assertThat(receive(queue, 10)).containsExactly("1", "3");
  }

  @Test
  void aDuplicateWithinFiveMinutesIsAnsweredWithTheFirst() {
    MessageQueue queue = queues.create("q", FIFO, "");
    Sent first = send(queue, message("g", "a", "once"));
    delete(queue, one(queue));
    advance(Duration.ofSeconds(299));
    queue = reopened("q");
    List<Sent> again =
        queue
            .send(
                List.of(message("h", "b", "once"), message("h", "c", "c"), message("h", "d", "c")))
            .join();
    assertThat(again.get(0)).isEqualTo(new Sent(first.id(), first.sequence(), true));
    assertThat(again.get(1).duplicate()).isFalse();
    assertThat(again.get(2)).isEqualTo(new Sent(again.get(1).id(), again.get(1).sequence(), true));
    assertThat(receive(queue, 10)).containsExactly("c");
    advance(Duration.ofSeconds(1));
    assertThat(send(queue, message("g", "e", "once")).duplicate())
        .as("five minutes from the first, not from its duplicates")
        .isFalse();
  }

  @Test
  void deduplicationIsByGroupWhereTheQueueSaysSo() {
    QueueRules byGroup = new QueueRules(true, true, Duration.ZERO, DAYS, Optional.empty());
    MessageQueue queue = queues.create("q", byGroup, "");
    assertThat(send(queue, message("g", "a", "once")).duplicate()).isFalse();
    assertThat(send(queue, message("h", "b", "once")).duplicate()).isFalse();
    assertThat(send(queue, message("g", "c", "once")).duplicate()).isTrue();
    assertThat(receive(queue, 10)).containsExactly("a", "b");
  }

  @Test
  void aStandardQueueDoesNotDeduplicateOrOrderByGroup() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    send(queue, message("g", "a", "once"));
    send(queue, message("g", "b", "once"));
    assertThat(body(one(queue))).isEqualTo("a");
    assertThat(body(one(queue))).isEqualTo("b");
  }

  @Test
  void aFirstInFirstOutQueueDemandsGroupAndDeduplicationAndKnowsNoDelay() {
    MessageQueue queue = queues.create("q", FIFO, "");
    NewMessage full = message("g", "a");
    for (NewMessage wrong :
        List.of(
            message("a"),
            new NewMessage(
                full.id(),
                full.body(),
                Map.of(),
                Map.of(),
                full.group(),
                Optional.empty(),
                Optional.empty()),
            new NewMessage(
                full.id(),
                full.body(),
                Map.of(),
                Map.of(),
                full.group(),
                full.deduplication(),
                Optional.of(Duration.ofSeconds(1))))) {
      assertThatThrownBy(() -> queue.send(List.of(full, wrong)).join())
          .hasRootCauseInstanceOf(MayflyException.class);
    }
    assertDepth(queue, 0, 0, 0);
  }

  // Dead letters

  @Test
  void whatWasReceivedInVainMovesToTheDeadLetters() {
    queues.create("dead", STANDARD, "");
    MessageQueue queue = queues.create("q", withDeadLetters(STANDARD, "dead", 2), "");
    NewMessage poison = message("poison");
    Instant sent = clock.instant();
    send(queue, poison);
    for (int i = 1; i <= 2; i++) {
      assertThat(one(queue).receives()).isEqualTo(i);
      advance(VISIBILITY);
    }
    assertDepth(queue, 1, 0, 0);
    assertThat(receive(queue, 10)).isEmpty();
    assertDepth(settled(queue), 0, 0, 0);
    Delivery letter = one(reopened("dead"));
    assertThat(letter.id()).isEqualTo(poison.id());
    assertThat(body(letter)).isEqualTo("poison");
    assertThat(letter.sent()).isEqualTo(sent);
    assertThat(letter.receives()).isEqualTo(1);
    assertThat(letter.origin()).contains("q");
  }

  @Test
  void withoutItsDeadLetterQueueAMessageStays() {
    MessageQueue queue = queues.create("q", withDeadLetters(STANDARD, "dead", 1), "");
    sendAll(queue, "a");
    for (int i = 1; i <= 3; i++) {
      assertThat(one(queue).receives()).isEqualTo(i);
      advance(VISIBILITY);
    }
  }

  @Test
  void deadLettersOfAGroupKeepTheirOrder() {
    MessageQueue dead = queues.create("dead", FIFO, "");
    MessageQueue queue = queues.create("q", withDeadLetters(FIFO, "dead", 1), "");
    for (int i = 0; i < 20; i++) {
      send(queue, message("g", "m" + i));
    }
    int received = receive(queue, 10).size();
    advance(VISIBILITY);
    List<String> next = new ArrayList<>();
    until(() -> next.addAll(receive(queue, 10)));
    assertThat(next).first().isEqualTo("m" + received);
    List<String> letters = new ArrayList<>();
    for (int i = 0; i < received; i++) {
      Delivery letter = one(dead);
      letters.add(body(letter));
      delete(dead, letter);
    }
    assertThat(letters)
        .containsExactlyElementsOf(IntStream.range(0, received).mapToObj(i -> "m" + i).toList());
    assertDepth(dead, 0, 0, 0);
  }

  /** The queue, when nothing is in flight or on its way elsewhere. */
  static MessageQueue settled(MessageQueue queue) {
    until(() -> queue.depth().inFlight() == 0);
    return queue;
  }

  static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }

  // Deleting, moving, purging

  @Test
  void aDeleteAndWhatIsSentForItAreOne() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    MessageQueue next = queues.create("next", STANDARD, "");
    MessageQueue last = queues.create("last", FIFO, "");
    sendAll(queue, "a", "b");
    List<Receipt> receipts = queue.receive(10, VISIBILITY).stream().map(Delivery::receipt).toList();
    queue
        .delete(
            receipts,
            List.of(
                new Forward(next, message("c")),
                new Forward(last, message("g", "d")),
                new Forward(next, message("e")),
                new Forward(queue, message("f"))))
        .join();
    assertThat(receive(queue, 10)).containsExactly("f");
    assertThat(receive(next, 10)).containsExactly("c", "e");
    assertThat(receive(last, 10)).containsExactly("d");
  }

  @Test
  void messagesForSeveralQueuesAreSentTogetherOrNotAtAll() {
    MessageQueue one = queues.create("one", STANDARD, "");
    MessageQueue two = queues.create("two", FIFO, "");
    queues
        .send(
            List.of(
                new Forward(one, message("a")),
                new Forward(two, message("g", "b")),
                new Forward(one, message("c"))))
        .join();
    queues.send(List.of()).join();
    assertThatThrownBy(
            () ->
                queues
                    .send(List.of(new Forward(one, message("d")), new Forward(two, message("e"))))
                    .join())
        .hasMessageContaining("needs a group");
    queues.delete("two");
    assertThatThrownBy(
            () ->
                queues
                    .send(
                        List.of(
                            new Forward(one, message("f")), new Forward(two, message("g", "h"))))
                    .join())
        .hasMessageContaining("there is no queue two");
    assertDepth(reopened("one"), 2, 0, 0);
  }

  @Test
  void marksAreSetWithTheMessagesTheyAreFor() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    MessageQueue last = queues.create("last", FIFO, "");
    Instant noon = Instant.parse("2026-03-01T12:00:00Z");
    queues.send(List.of(new Forward(queue, message("a"))), Map.of("one", noon, "two", noon)).join();
    queues.send(List.of(), Map.of("two", noon.plusMillis(1))).join();
    assertThatThrownBy(
            () ->
                queues
                    .send(
                        List.of(new Forward(last, message("no group"))),
                        Map.of("one", noon.plusSeconds(9), "three", noon))
                    .join())
        .hasMessageContaining("needs a group");
    assertThat(queues.marks()).isEqualTo(Map.of("one", noon, "two", noon.plusMillis(1)));
    assertDepth(reopened("q"), 1, 0, 0);
    assertThat(queues.marks()).isEqualTo(Map.of("one", noon, "two", noon.plusMillis(1)));
    queues.forgetMarks(List.of("two", "none")).join();
    queues.forgetMarks(List.of()).join();
    assertThat(queues.marks()).containsOnlyKeys("one");
  }

  @Test
  void aWrongForwardDeletesNothing() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    MessageQueue last = queues.create("last", FIFO, "");
    sendAll(queue, "a");
    Receipt receipt = one(queue).receipt();
    assertThatThrownBy(
            () -> queue.delete(List.of(receipt), List.of(new Forward(last, message("x")))).join())
        .hasRootCauseInstanceOf(MayflyException.class);
    assertThat(queue.holds(receipt)).isTrue();
  }

  @Test
  void messagesMoveAsTheyAreAndAreDeadLettersNoMore() {
    MessageQueue dead = queues.create("dead", STANDARD, "");
    QueueRules hour =
        new QueueRules(false, false, Duration.ZERO, Duration.ofHours(1), Optional.empty());
    MessageQueue queue = queues.create("q", withDeadLetters(hour, "dead", 1), "");
    NewMessage poison = message("poison");
    send(queue, poison);
    one(queue);
    advance(VISIBILITY);
    assertThat(receive(queue, 1)).isEmpty();
    settled(queue);
    advance(Duration.ofHours(2));
    Delivery letter = one(dead);
    dead.move(List.of(letter.receipt()), queue).join();
    assertDepth(dead, 0, 0, 0);
    Delivery again = one(queue);
    assertThat(again.id()).isEqualTo(poison.id());
    assertThat(again.sent()).as("its retention begins anew").isAfter(letter.sent());
    assertThat(again.receives()).isEqualTo(1);
    assertThat(again.origin()).isEmpty();
  }

  @Test
  void aPurgeTakesWhatWasSentBefore() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    sendAll(queue, "a", "b", "c");
    Delivery leased = one(queue);
    send(queue, message("late", Optional.of(Duration.ofSeconds(60))));
    queue.purge().join();
    assertDepth(queue, 0, 0, 0);
    sendAll(queue, "d");
    delete(queue, leased);
    advance(Duration.ofSeconds(61));
    assertDepth(queue, 1, 0, 0);
    queue = reopened("q");
    assertDepth(queue, 1, 0, 0);
    assertThat(receive(queue, 10)).containsExactly("d");
    assertThat(queue.depth().oldest()).isPresent();
  }

  @Test
  void whatIsTooOldIsNotDeliveredAndGoesOfItself() {
    QueueRules hour =
        new QueueRules(false, false, Duration.ZERO, Duration.ofHours(1), Optional.empty());
    MessageQueue queue = queues.create("q", hour, "");
    for (int i = 0; i < 1000; i++) {
      queue.send(List.of(message("old"), message("old"))).join();
    }
    one(queue);
    clock.advance(Duration.ofMinutes(30));
    sendAll(queue, "new");
    clock.advance(Duration.ofMinutes(30));
    assertThat(receive(queue, 1)).containsExactly("new");
    advance(Duration.ofMinutes(1));
    until(() -> queue.depth().ready() == 1);
    assertDepth(settled(queue), 1, 0, 0);
    assertThat(receive(reopened("q"), 10)).containsExactly("new");
  }

  @Test
  void messagesAreReadInOrderWithoutBeingReceived() {
    MessageQueue queue = queues.create("kept", STANDARD, "");
    sendAll(queue, "a", "bb", "ccc", "dddd");
    List<Kept> first = queue.read(0, 2, Long.MAX_VALUE);
    assertThat(first.stream().map(kept -> new String(kept.body(), UTF_8)))
        .containsExactly("a", "bb");
    queue = reopened("kept");
    List<Kept> rest = queue.read(first.getLast().sequence(), 100, Long.MAX_VALUE);
    assertThat(rest.stream().map(kept -> new String(kept.body(), UTF_8)))
        .containsExactly("ccc", "dddd");
    assertThat(rest.getFirst().sent()).isEqualTo(clock.instant());
    assertThat(queue.read(rest.getLast().sequence(), 100, Long.MAX_VALUE)).isEmpty();
    // One is always read, so that whoever reads gets on.
    assertThat(queue.read(0, 100, 1)).hasSize(1);
    assertThat(receive(queue, 1)).containsExactly("a");
    assertThat(queue.read(0, 100, Long.MAX_VALUE)).hasSize(4);
  }

  @Test
  void whatIsGoneOrTooOldIsNotRead() {
    MessageQueue queue = queues.create("kept", STANDARD, "");
    sendAll(queue, "a", "b");
    assertThat(queue.holdings().messages()).isEqualTo(2);
    assertThat(queue.holdings().bytes()).isBetween(2L, 200L);
    queue.purge().join();
    assertThat(queue.read(0, 100, Long.MAX_VALUE)).isEmpty();
    assertThat(queue.holdings()).isEqualTo(new Holdings(0, 0));
    sendAll(queue, "c");
    clock.advance(DAYS);
    assertThat(queue.read(0, 100, Long.MAX_VALUE)).isEmpty();
    sendAll(queue, "d");
    assertThat(queue.read(0, 100, Long.MAX_VALUE)).hasSize(1);
  }

  @Test
  void theDepthSaysSinceWhenTheOldestWaits() {
    MessageQueue queue = queues.create("q", STANDARD, "");
    assertThat(queue.depth().oldest()).isEmpty();
    Instant first = clock.instant();
    sendAll(queue, "a");
    advance(Duration.ofSeconds(1));
    sendAll(queue, "b");
    assertThat(queue.depth().oldest()).contains(first);
    delete(queue, one(queue));
    assertThat(queue.depth().oldest()).contains(first.plusSeconds(1));
  }

  // Many at once

  @Test
  void manySendersAndReceiversHaveEachMessageOncePerLease() throws Exception {
    MessageQueue queue = queues.create("q", STANDARD, "");
    int senders = 8;
    int each = 250;
    Set<String> received = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(senders * each);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      int sender = i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int j = 0; j < each; j++) {
                  sendAll(queue, sender + "-" + j);
                }
              }));
      threads.add(
          Thread.startVirtualThread(
              () -> {
                while (done.getCount() > 0) {
                  for (Delivery delivery : queue.receive(7, VISIBILITY, Duration.ofMillis(50))) {
                    if (!received.add(body(delivery))) {
                      twice.incrementAndGet();
                    }
                    delete(queue, delivery);
                    done.countDown();
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(twice).hasValue(0);
    assertThat(received).hasSize(senders * each);
    assertDepth(queue, 0, 0, 0);
  }

  @Test
  void groupsKeepTheirOrderWhateverReceiversDo() throws Exception {
    MessageQueue queue = queues.create("q", FIFO, "");
    int groups = 5;
    int each = 60;
    List<List<String>> done = new ArrayList<>();
    List<AtomicInteger> busy = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      done.add(Collections.synchronizedList(new ArrayList<>()));
      busy.add(new AtomicInteger());
    }
    AtomicInteger together = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(groups * each);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      int group = i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int j = 0; j < each; j++) {
                  send(queue, message("" + group, group + ":" + j));
                }
              }));
      Random random = new Random(i);
      threads.add(
          Thread.startVirtualThread(
              () -> {
                while (left.getCount() > 0) {
                  List<Delivery> batch =
                      queue.receive(1 + random.nextInt(5), VISIBILITY, Duration.ofMillis(50));
                  Set<String> mine = new HashSet<>();
                  for (Delivery delivery : batch) {
                    String name = delivery.group().orElseThrow();
                    if (mine.add(name) && busy.get(Integer.parseInt(name)).getAndIncrement() > 0) {
                      together.incrementAndGet();
                    }
                  }
                  // Who gives one back gives back those behind it as well.
                  Set<String> stopped = new HashSet<>();
                  List<Receipt> back = new ArrayList<>();
                  List<Receipt> gone = new ArrayList<>();
                  for (Delivery delivery : batch) {
                    String name = delivery.group().orElseThrow();
                    if (stopped.contains(name) || random.nextInt(4) == 0) {
                      stopped.add(name);
                      back.add(delivery.receipt());
                    } else {
                      done.get(Integer.parseInt(name)).add(body(delivery));
                      gone.add(delivery.receipt());
                      left.countDown();
                    }
                  }
                  mine.forEach(name -> busy.get(Integer.parseInt(name)).decrementAndGet());
                  queue.delete(gone, List.of()).join();
                  Collections.shuffle(back, random);
                  back.forEach(receipt -> queue.changeVisibility(receipt, Duration.ZERO));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < groups; i++) {
      List<String> expected = new ArrayList<>();
      for (int j = 0; j < each; j++) {
        expected.add(i + ":" + j);
      }
      assertThat(done.get(i)).containsExactlyElementsOf(expected);
    }
    assertThat(together).as("one lease at a time per group").hasValue(0);
    assertDepth(settled(queue), 0, 0, 0);
  }

  @Test
  void aRandomHistoryOfAStandardQueueIsThatOfItsModel() {
    for (int seed = 0; seed < 25; seed++) {
      history("standard" + seed, STANDARD, new Random(seed));
    }
  }

  @Test
  void aRandomHistoryOfAFirstInFirstOutQueueIsThatOfItsModel() {
    for (int seed = 0; seed < 25; seed++) {
      history("fifo" + seed, FIFO, new Random(seed));
    }
  }

  private void history(String name, QueueRules rules, Random random) {
    MessageQueue queue = queues.create(name, rules, "");
    QueueModel model = new QueueModel(rules.fifo(), clock, random);
    for (int step = 0; step < 150; step++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> model.send(queue);
        case 3, 4 -> model.receive(queue);
        case 5, 6 -> model.delete(queue);
        case 7 -> model.changeVisibility(queue);
        case 8 -> advance(Duration.ofSeconds(random.nextInt(20)));
        default -> {
          switch (random.nextInt(8)) {
            case 0 -> model.purge(queue);
            case 1, 2, 3 -> queue = reopened(name);
            default -> tick(queues);
          }
        }
      }
      model.check(queue);
    }
  }

  static <T> void put(SynchronousQueue<T> target, T value) {
    try {
      target.put(value);
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  static void untilWaiting(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }
}
