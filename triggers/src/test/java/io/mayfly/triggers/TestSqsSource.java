package io.mayfly.triggers;

import static io.mayfly.triggers.SourceHarness.change;
import static io.mayfly.triggers.SourceHarness.eventually;
import static io.mayfly.triggers.SourceHarness.message;
import static io.mayfly.triggers.SourceHarness.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.QueueRules.DeadLetters;
import io.mayfly.triggers.SourceHarness.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSqsSource {
  private static final FunctionArn ARN = FunctionArn.of(SourceHarness.ACCOUNT, SourceHarness.NAME);

  @TempDir Path folder;
  private SourceHarness platform;

  @BeforeEach
  void start() throws IOException {
    platform = new SourceHarness(folder, 1000);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private MessageQueue queue(String name) {
    return platform.queue(name, Optional.empty());
  }

  private static boolean empty(MessageQueue queue) {
    return queue.depth().ready() == 0 && queue.depth().inFlight() == 0;
  }

  @Test
  void whatSucceedsIsDeletedAndWhatIsSentLaterIsBrought() throws InterruptedException {
    MessageQueue queue = queue("q");
    send(queue, "a", "b");
    EventSourceMapping mapping = platform.map("q", change());
    Call call = platform.next();
    assertThat(call.bodies()).containsExactly("a", "b");
    assertThat(queue.depth().inFlight()).isEqualTo(2);
    call.succeed("null");
    eventually(() -> empty(queue));
    send(queue, "c");
    platform.next().succeed("1");
    eventually(() -> empty(queue));
    eventually(() -> platform.mappings.status(mapping).lastResult().equals(Optional.of("OK")));
    assertThat(platform.state(mapping)).isEqualTo("Enabled");
    eventually(() -> platform.count("SUCCESS") == 2);
  }

  @Test
  void whatFailsComesAgainAfterItsVisibilityTimeoutAndEndsAsADeadLetter()
      throws InterruptedException {
    MessageQueue dead = queue("dead");
    MessageQueue queue = platform.queue("q", Optional.of(new DeadLetters("dead", 2)));
    platform.visibilities.put("q", Duration.ofSeconds(3));
    EventSourceMapping mapping = platform.map("q", change());
    platform.visibilities.put("q", Duration.ofMillis(200));
    send(queue, "poison");
    Call first = platform.next();
    first.fail();
    Call second = platform.next();
    assertThat(second.id(0)).isEqualTo(first.id(0));
    assertThat(second.event().at("/Records/0/attributes/ApproximateReceiveCount").asString())
        .isEqualTo("2");
    second.fail();
    eventually(() -> dead.depth().ready() == 1);
    assertThat(platform.calls).isEmpty();
    eventually(() -> platform.count("FAILURE") == 2);
    assertThat(platform.mappings.status(mapping).lastResult())
        .contains("PROBLEM: Function call failed");
  }

  private static NewMessage traced(String body, int runs) {
    String hash = Lineage.next("", ARN).replaceAll(".*1:([0-9a-f]{8}):.*", "$1");
    return new NewMessage(
        UUID.randomUUID(),
        body.getBytes(UTF_8),
        Map.of(),
        Map.of("AWSTraceHeader", "Root=1-5759e988-a;Lineage=1:%s:%d".formatted(hash, runs - 1)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aLoopEndsAfterSixteenRunsUnlessTheFunctionMayLoop() throws InterruptedException {
    MessageQueue dead = queue("dead");
    MessageQueue queue = platform.queue("q", Optional.of(new DeadLetters("dead", 5)));
    queue.send(List.of(traced("a", 15), traced("b", 16), traced("c", 3))).join();
    EventSourceMapping mapping = platform.map("q", change());
    Call call = platform.next();
    assertThat(call.bodies()).containsExactly("a", "c");
    assertThat(Lineage.runs(call.request().traceId(), ARN)).isEqualTo(16);
    assertThat(call.request().traceId()).startsWith("Root=1-5759e988-a;");
    eventually(() -> dead.depth().ready() == 1);
    assertThat(platform.count("LOOP")).isEqualTo(1);
    call.succeed("null");
    queue.send(List.of(traced("d", 16))).join();
    eventually(() -> dead.depth().ready() == 2);
    eventually(() -> empty(queue));
    assertThat(platform.mappings.status(mapping).lastResult())
        .contains("PROBLEM: Recursive loop detected");
    platform.loops.allow(SourceHarness.NAME, true);
    queue.send(List.of(traced("e", 16))).join();
    Call allowed = platform.next();
    assertThat(allowed.bodies()).containsExactly("e");
    allowed.succeed("null");
    eventually(() -> empty(queue));
  }

  @Test
  void aLoopWithoutDeadLettersIsCut() throws InterruptedException {
    MessageQueue queue = queue("q");
    queue.send(List.of(traced("a", 16))).join();
    platform.map("q", change());
    eventually(() -> platform.count("LOOP") == 1);
    eventually(() -> empty(queue));
    assertThat(platform.calls).isEmpty();
  }

  @Test
  void ofABatchThoseComeAgainThatTheFunctionNames() throws InterruptedException {
    MessageQueue queue = queue("q");
    send(queue, "a", "b", "c");
    platform.map(
        "q", change(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true));
    Call call = platform.next();
    call.succeed("{\"batchItemFailures\": [{\"itemIdentifier\": \"%s\"}]}".formatted(call.id(1)));
    eventually(() -> platform.count("PARTIAL") == 1);
    assertThat(queue.depth().inFlight()).isEqualTo(1);
    send(queue, "d");
    Call unknown = platform.next();
    unknown.succeed("{\"batchItemFailures\": [{\"itemIdentifier\": \"nobody\"}]}");
    eventually(() -> platform.count("FAILURE") == 1);
    assertThat(queue.depth().inFlight()).isEqualTo(2);
  }

  @Test
  void groupsStayInOrder() throws InterruptedException {
    MessageQueue queue = queue("q.fifo");
    queue
        .send(
            List.of(
                message("a1", Optional.of("a")),
                message("b1", Optional.of("b")),
                message("a2", Optional.of("a")),
                message("a3", Optional.of("a")),
                message("b2", Optional.of("b"))))
        .join();
    platform.map(
        "q.fifo",
        change(Optional.of(5), Optional.empty(), Optional.empty(), Optional.empty(), true));
    Call call = platform.next();
    List<String> bodies = new ArrayList<>(call.bodies());
    while (bodies.size() < 5) {
      // A first batch may not have all groups.
      Call more = platform.next();
      bodies.addAll(more.bodies());
      more.succeed("{}");
    }
    assertThat(bodies.stream().filter(body -> body.startsWith("a")))
        .containsExactly("a1", "a2", "a3");
    int failed = call.bodies().indexOf("a2");
    assertThat(failed).isNotNegative();
    call.succeed(
        "{\"batchItemFailures\": [{\"itemIdentifier\": \"%s\"}]}".formatted(call.id(failed)));
    eventually(() -> platform.count("PARTIAL") == 1);
    // a3 was not named, and stays behind a2.
    eventually(() -> queue.depth().inFlight() + queue.depth().ready() == 2);
  }

  @Test
  void batchesAreGatheredForTheirWindow() throws InterruptedException {
    MessageQueue queue = queue("q");
    platform.map(
        "q",
        change(
            Optional.of(100),
            Optional.of(Duration.ofSeconds(20)),
            Optional.empty(),
            Optional.empty(),
            false));
    send(queue, "first");
    send(queue, IntStream.range(1, 100).mapToObj(Integer::toString).toArray(String[]::new));
    Call call = platform.next();
    assertThat(call.bodies()).hasSize(100);
    call.succeed("1");
  }

  @Test
  void anEventHasSixMegabytesAtMost() throws InterruptedException {
    MessageQueue queue = queue("q");
    // Every character is escaped, so that five of these are more than there is room for.
    String large = "\"".repeat(Limits.REQUEST_BYTES / 8);
    send(queue, large, large, large, large, large);
    platform.map("q", change());
    int records = 0;
    while (records < 5) {
      Call call = platform.next();
      assertThat(call.request().payload().length).isLessThanOrEqualTo(Limits.REQUEST_BYTES);
      records += call.bodies().size();
      call.succeed("1");
    }
    eventually(() -> empty(queue));
    eventually(() -> platform.count("SUCCESS") == 2);
  }

  @Test
  void whatMatchesNoFilterIsDeletedUnseen() throws InterruptedException {
    MessageQueue queue = queue("q");
    send(queue, "{\"kind\": \"b\"}", "no JSON", "{\"kind\": \"a\"}");
    platform.map(
        "q",
        change(
            Optional.empty(),
            Optional.empty(),
            Optional.of(List.of("{\"body\": {\"kind\": [\"a\"]}}")),
            Optional.empty(),
            false));
    Call call = platform.next();
    assertThat(call.bodies()).containsExactly("{\"kind\": \"a\"}");
    assertThat(platform.count("filtered")).isEqualTo(2);
    call.succeed("1");
    eventually(() -> empty(queue));
  }

  @Test
  void moreBatchesRunAtATimeWhileMessagesWaitButNoMoreThanIsSaid() throws InterruptedException {
    MessageQueue queue = queue("q");
    send(queue, IntStream.range(0, 100).mapToObj(Integer::toString).toArray(String[]::new));
    EventSourceMapping mapping =
        platform.map(
            "q", change(Optional.of(1), Optional.empty(), Optional.empty(), Optional.of(8), false));
    eventually(() -> platform.calls.size() == 8);
    platform.mappings.update(mapping.uuid(), Optional.empty(), Optional.of(false), change());
    assertThat(platform.state(platform.mappings.require(mapping.uuid()))).isEqualTo("Disabling");
    assertThat(platform.calls).hasSize(8);
    for (int i = 0; i < 8; i++) {
      platform.next().succeed("1");
    }
    eventually(() -> platform.state(platform.mappings.require(mapping.uuid())).equals("Disabled"));
    assertThat(queue.depth().ready()).isEqualTo(92);
    platform.mappings.update(mapping.uuid(), Optional.empty(), Optional.of(true), change());
    platform.next().succeed("1");
  }

  @Test
  void aFunctionThatIsThrottledIsTriedAgainWithoutCountingAsReceived() throws InterruptedException {
    MessageQueue queue = queue("q");
    AtomicInteger refusals = new AtomicInteger();
    var calls = platform.function;
    platform.function =
        request ->
            refusals.incrementAndGet() <= 3
                ? CompletableFuture.failedFuture(
                    new MayflyException(ErrorCode.THROTTLED, "Rate Exceeded."))
                : calls.apply(request);
    EventSourceMapping mapping = platform.map("q", change());
    send(queue, "a");
    Call call = platform.next();
    assertThat(platform.count("throttled")).isEqualTo(3);
    assertThat(call.event().at("/Records/0/attributes/ApproximateReceiveCount").asString())
        .isEqualTo("1");
    call.succeed("1");
    eventually(() -> empty(queue));
    eventually(() -> platform.mappings.status(mapping).lastResult().equals(Optional.of("OK")));
  }

  @Test
  void aMappingThatIsDeletedEndsWithItsLastCall() throws InterruptedException {
    MessageQueue queue = queue("q");
    EventSourceMapping mapping = platform.map("q", change());
    send(queue, "a");
    Call call = platform.next();
    platform.mappings.delete(mapping.uuid());
    EventSourceMapping leaving = platform.mappings.require(mapping.uuid());
    assertThat(platform.state(leaving)).isEqualTo("Deleting");
    assertThatThrownBy(() -> platform.mappings.delete(mapping.uuid()))
        .hasMessageContaining("in use");
    call.succeed("1");
    eventually(() -> empty(queue));
    eventually(
        () -> {
          try {
            platform.mappings.require(mapping.uuid());
            return false;
          } catch (MayflyException e) {
            return e.code() == ErrorCode.NOT_FOUND;
          }
        });
  }

  @Test
  void whatCannotBeReadIsRefusedInLambdasWords() {
    queue("q");
    assertThatThrownBy(() -> platform.map("nowhere", change()))
        .hasMessage(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.");
    platform.visibilities.put("q", Duration.ofSeconds(2));
    assertThatThrownBy(() -> platform.map("q", change()))
        .hasMessage("Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds");
    platform.permitted = false;
    assertThatThrownBy(() -> platform.map("q", change()))
        .hasMessage(
            "The provided execution role does not have permissions to call ReceiveMessage on SQS");
    assertThatThrownBy(
            () ->
                platform.sources.check(
                    new EventSourceMapping(
                        "u",
                        SourceHarness.source("arn:aws:sqs:eu-west-1:000000000000:q"),
                        SourceHarness.NAME,
                        Optional.empty(),
                        true,
                        platformSettings(),
                        java.util.Map.of(),
                        java.time.Instant.EPOCH)))
        .hasMessageContaining("must be in the region and the account of its function");
    assertThat(platform.mappings.list()).isEmpty();
  }

  private io.mayfly.model.EventSourceSettings platformSettings() {
    platform.permitted = true;
    platform.visibilities.remove("q");
    EventSourceMapping made = platform.map("q", change());
    platform.mappings.delete(made.uuid());
    return made.settings();
  }

  @Test
  void aQueueThatIsDeletedIsSaidAndOneOfItsNameIsRead() throws InterruptedException {
    queue("q");
    EventSourceMapping mapping = platform.map("q", change());
    eventually(() -> platform.state(mapping).equals("Enabled"));
    platform.queues.delete("q");
    eventually(
        () ->
            platform
                .mappings
                .status(mapping)
                .lastResult()
                .orElse("")
                .startsWith("PROBLEM: Error occurred while ReceiveMessage."));
    MessageQueue again = queue("q");
    send(again, "a");
    platform.next().succeed("1");
    eventually(() -> empty(again));
  }

  @Test
  void whatIsUnderWayWhenThePlatformStopsIsThereForTheNext()
      throws InterruptedException, IOException {
    send(queue("q"), "a");
    platform.map("q", change());
    assertThat(platform.next().bodies()).containsExactly("a");
    platform.close();
    platform = new SourceHarness(folder, 1000);
    Call again = platform.next();
    assertThat(again.bodies()).containsExactly("a");
    again.succeed("1");
    MessageQueue queue = platform.queues.find("q").orElseThrow();
    eventually(() -> empty(queue));
  }

  @Test
  void halfOfTheSharedConcurrencyIsLeftToOthers() throws InterruptedException, IOException {
    platform.close();
    platform = new SourceHarness(folder, 4);
    MessageQueue queue = queue("q");
    send(queue, "a", "b", "c", "d");
    platform.map(
        "q", change(Optional.of(1), Optional.empty(), Optional.empty(), Optional.empty(), false));
    List<Call> first = List.of(platform.next(), platform.next());
    // Nothing more comes before one of these is over, so the third is here because of that.
    assertThat(platform.calls).isEmpty();
    first.getFirst().succeed("1");
    platform.next();
    assertThat(queue.depth().ready()).isEqualTo(1);
  }
}
