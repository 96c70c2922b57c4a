package io.mayfly.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.model.Account;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.SqliteQueues;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What depends on time, on restarts and on large numbers, over queues on the disk. */
@Timeout(60)
class TestSqsActions {
  private static final Caller CALLER =
      new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "id", "here:9000");
  private static final String URL = "http://here:9000/000000000000/";
  private static final String ARN = "arn:aws:sqs:us-east-1:000000000000:";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.ofEpochMilli(1_800_000_000_000L));
  private final Receipts receipts = new Receipts("secret".getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder;
  private SqliteQueues stored;
  private SqsQueues queues;

  @BeforeEach
  void open() {
    stored = SqliteQueues.open(folder.resolve("queue.db"), now::get);
    queues =
        new SqsQueues(
            new Account("000000000000", "us-east-1"),
            stored,
            text -> {},
            now::get,
            UUID::randomUUID);
  }

  @AfterEach
  void close() {
    stored.close();
  }

  private void later(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  private SqsQueue create(String name, Map<String, String> attributes) {
    queues.create(name, attributes, Map.of());
    return queues.byName(name).orElseThrow();
  }

  private void send(String name, String body) {
    String group = QueueNames.isFifo(name) ? "g" : "";
    new SendMessage(queues, new Messages(UUID::randomUUID))
        .handle(
            new SendMessage.Input(
                URL + name,
                body,
                Optional.empty(),
                Map.of(),
                Map.of(),
                Optional.of(body).filter(_ -> !group.isEmpty()),
                Optional.of(group).filter(_ -> !group.isEmpty())),
            CALLER);
  }

  private ReceiveMessage receiving() {
    return new ReceiveMessage(
        queues, receipts, new ReceiveAttempts(now::get), now::get, Set.of("All"));
  }

  private static List<ReceiveMessage.Message> receive(
      ReceiveMessage receiving, String name, Optional<String> attempt) {
    return receiving
        .handle(
            new ReceiveMessage.Input(
                URL + name,
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                attempt),
            CALLER)
        .messages()
        .orElse(List.of());
  }

  private static void refused(Runnable action, String code) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            AwsException.class, error -> assertThat(error.code()).isEqualTo(code));
  }

  @Test
  void aQueueIsPurgedOnceAMinute() {
    create("a", Map.of());
    create("b", Map.of());
    PurgeQueue purge = new PurgeQueue(queues);
    PurgeQueue.Input input = new PurgeQueue.Input(URL + "a");
    purge.handle(input, CALLER);
    later(Duration.ofSeconds(59));
    refused(() -> purge.handle(input, CALLER), "PurgeQueueInProgress");
    purge.handle(new PurgeQueue.Input(URL + "b"), CALLER);
    later(Duration.ofSeconds(1));
    purge.handle(input, CALLER);
  }

  @Test
  void aMessageIsInFlightForTwelveHoursAtMost() {
    SqsQueue queue = create("a", Map.of("VisibilityTimeout", "43200"));
    send("a", "x");
    String handle = receive(receiving(), "a", Optional.empty()).getFirst().receiptHandle();
    Visibility visibility = new Visibility(receipts, now::get);
    visibility.change(queue, handle, 43_200);
    later(Duration.ofHours(11));
    visibility.change(queue, handle, 3600);
    refused(() -> visibility.change(queue, handle, 3601), "InvalidParameterValueException");
  }

  @Test
  void anAttemptIsRepeatedWhileItsMessagesAreInFlightForFiveMinutes() {
    create("a.fifo", Map.of("FifoQueue", "true", "VisibilityTimeout", "600"));
    send("a.fifo", "1");
    send("a.fifo", "2");
    ReceiveMessage receiving = receiving();
    Optional<String> attempt = Optional.of("attempt");
    List<ReceiveMessage.Message> first = receive(receiving, "a.fifo", attempt);
    assertThat(first).hasSize(1);
    later(Duration.ofMinutes(4));
    assertThat(receive(receiving, "a.fifo", attempt)).isEqualTo(first);
    later(Duration.ofMinutes(2));
    assertThat(receive(receiving, "a.fifo", attempt)).isEmpty();
    new DeleteMessage(queues, receipts)
        .handle(new DeleteMessage.Input(URL + "a.fifo", first.getFirst().receiptHandle()), CALLER);
    assertThat(receive(receiving, "a.fifo", attempt).getFirst().body()).isEqualTo("2");
  }

  @Test
  void aHandleOfAFirstInFirstOutQueueHoldsWhileItsLeaseLasts() {
    SqsQueue queue = create("a.fifo", Map.of("FifoQueue", "true", "VisibilityTimeout", "30"));
    send("a.fifo", "1");
    String handle = receive(receiving(), "a.fifo", Optional.empty()).getFirst().receiptHandle();
    later(Duration.ofSeconds(30));
    refused(
        () ->
            new DeleteMessage(queues, receipts)
                .handle(new DeleteMessage.Input(URL + "a.fifo", handle), CALLER),
        "InvalidParameterValueException");
    DeleteMessageBatch.Output batch =
        new DeleteMessageBatch(queues, receipts)
            .handle(
                new DeleteMessageBatch.Input(
                    URL + "a.fifo", List.of(new DeleteMessageBatch.Entry("one", handle))),
                CALLER);
    assertThat(batch.successful()).isEmpty();
    assertThat(batch.failed())
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.code()).isEqualTo("InvalidParameterValue");
              assertThat(failed.message().orElseThrow()).contains("The receipt handle has expired");
            });
    assertThat(queue.messages().depth().ready()).isEqualTo(1);
  }

  @Test
  void theSameAttributesSaidOtherwiseMakeTheSameQueue() {
    create("dead.fifo", Map.of("FifoQueue", "true"));
    String redrive = "{\"maxReceiveCount\":%s,\"deadLetterTargetArn\":\"" + ARN + "dead.fifo\"}";
    SqsQueue queue =
        create("a.fifo", Map.of("FifoQueue", "true", "RedrivePolicy", redrive.formatted("5")));
    create(
        "a.fifo",
        Map.of(
            "FifoQueue", "True",
            "ContentBasedDeduplication", "False",
            "RedrivePolicy", redrive.formatted("\"5\"")));
    assertThat(queues.byName("a.fifo").orElseThrow().document().id())
        .isEqualTo(queue.document().id());
    refused(
        () ->
            create("a.fifo", Map.of("FifoQueue", "true", "RedrivePolicy", redrive.formatted("6"))),
        "QueueNameExists");
  }

  @Test
  void aMessageHasTheTraceOfItsRequestUnlessItSaysAnother() {
    SqsQueue queue = create("a", Map.of());
    Caller traced =
        new Caller(
            CALLER.principal(), "ASIA", "us-east-1", "id", "here:9000", Optional.of("Root=1-a"));
    Messages messages = new Messages(UUID::randomUUID);
    Draft plain =
        new Draft("x", Optional.empty(), Map.of(), Map.of(), Optional.empty(), Optional.empty());
    Draft own =
        new Draft(
            "x",
            Optional.empty(),
            Map.of(),
            Map.of("AWSTraceHeader", AttributeValue.text("String", "Root=1-b")),
            Optional.empty(),
            Optional.empty());
    assertThat(messages.ready(queue, plain, traced).message().system())
        .containsEntry("AWSTraceHeader", "Root=1-a");
    assertThat(messages.ready(queue, plain, traced).systemMd5()).isEmpty();
    assertThat(messages.ready(queue, own, traced).message().system())
        .containsEntry("AWSTraceHeader", "Root=1-b");
    assertThat(messages.ready(queue, plain, CALLER).message().system())
        .doesNotContainKey("AWSTraceHeader");
    Caller hostile =
        new Caller(CALLER.principal(), "A", "us-east-1", "id", "h", Optional.of("x".repeat(501)));
    assertThat(messages.ready(queue, plain, hostile).message().system())
        .doesNotContainKey("AWSTraceHeader");
  }

  @Test
  void movesGoOnAfterARestart() throws InterruptedException {
    create("dead", Map.of());
    create("to", Map.of());
    for (int i = 0; i < 25; i++) {
      send("dead", "m" + i);
    }
    MoveTask task =
        new MoveTask(
            "t", MoveTask.Status.RUNNING, ARN + "to", 0, 5, 25, "", now.get().toEpochMilli());
    queues.change(
        queues.byName("dead").orElseThrow(), document -> document.withTasks(List.of(task)));
    close();
    open();
    new MoveTasks(queues, System::nanoTime).resume();
    while (queues.byName("dead").orElseThrow().document().tasks().getFirst().status().active()) {
      Thread.onSpinWait();
    }
    MoveTask ended = queues.byName("dead").orElseThrow().document().tasks().getFirst();
    assertThat(ended.status()).isEqualTo(MoveTask.Status.COMPLETED);
    assertThat(ended.moved()).isEqualTo(25);
    assertThat(queues.byName("to").orElseThrow().messages().depth().ready()).isEqualTo(20);
  }

  @Test
  void moreThanTheLimitInFlightIsRefused() {
    SqsQueue queue = create("a", Map.of("VisibilityTimeout", "600"));
    for (int sent = 0; sent <= MessageQueue.MAX_IN_FLIGHT; sent += 5000) {
      queue.messages().send(IntStream.range(0, 5000).mapToObj(_ -> message()).toList()).join();
    }
    int received = 0;
    for (int some = 1; some > 0; received += some) {
      some = queue.messages().receive(1000, Duration.ofMinutes(10)).size();
    }
    assertThat(received).isEqualTo(MessageQueue.MAX_IN_FLIGHT);
    refused(() -> receive(receiving(), "a", Optional.empty()), "OverLimit");
  }

  private static NewMessage message() {
    return new NewMessage(
        UUID.randomUUID(),
        new byte[] {'x'},
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void settingsThatChangeAtOnceAreAllKept() {
    SqsQueue queue = create("a", Map.of());
    IntStream.range(0, 40)
        .parallel()
        .forEach(
            i ->
                new TagQueue(queues)
                    .handle(new TagQueue.Input(URL + "a", Map.of("k" + i, "v")), CALLER));
    assertThat(queues.byUrl(URL + queue.name()).document().tags()).hasSize(40);
  }

  @Test
  void pagesOfQueuesTogetherAreAllOfThem() {
    for (int i = 0; i < 7; i++) {
      create("q" + i, Map.of());
    }
    ListQueues list = new ListQueues(queues);
    Optional<String> token = Optional.empty();
    int found = 0;
    do {
      ListQueues.Output page =
          list.handle(new ListQueues.Input(Optional.empty(), token, Optional.of(3)), CALLER);
      found += page.queueUrls().orElse(List.of()).size();
      token = page.nextToken();
    } while (token.isPresent());
    assertThat(found).isEqualTo(7);
  }
}
