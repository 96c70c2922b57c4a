package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.triggers.AsyncHarness.Given;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events on real queues, with a clock that the test sets and handlers that it plays. */
final class TestAsyncCalls {
  private static final FunctionName F = new FunctionName("f");
  private static final String SUCCESSES = "arn:aws:sqs:us-east-1:000000000000:successes";
  private static final String FAILURES = "arn:aws:sqs:us-east-1:000000000000:failures";
  private static final String DEAD = "arn:aws:sqs:us-east-1:000000000000:dead";

  private static MayflyException throttled() {
    return new MayflyException(ErrorCode.THROTTLED, "Rate Exceeded.");
  }

  @TempDir Path folder;
  private AsyncHarness platform;

  @BeforeEach
  void start() {
    platform = new AsyncHarness(folder);
    platform.create(F, DEAD);
    List.of("successes", "failures", "dead").forEach(platform::sqsQueue);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private void rules(int retries, Duration age) {
    platform.configs.put(
        F,
        Optional.empty(),
        new EventInvokeConfigs.Change(
            Optional.of(retries), Optional.of(age), Optional.of(SUCCESSES), Optional.of(FAILURES)));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String attribute(Delivery message, String name) {
    return text(Optional.ofNullable(message.attributes().get(name)).orElseThrow().value());
  }

  @Test
  void anEventIsHandledUnderTheIdThatItsCallerGotAndIsGone() {
    rules(2, Duration.ofHours(1));
    InvokeRequest sent = platform.send(F, "{\"n\":1}");
    Given given = platform.next();
    assertThat(given.request().requestId()).isEqualTo(sent.requestId());
    assertThat(text(given.request().payload())).isEqualTo("{\"n\":1}");
    assertThat(given.request().clientContext()).contains("{\"a\":1}");
    assertThat(given.request().functionArn()).isEqualTo(sent.functionArn());
    assertThat(Lineage.runs(given.request().traceId(), sent.functionArn())).isEqualTo(1);
    given.succeed("[2]");
    platform.eventuallyEmpty(F);
    assertThat(text(platform.sqsMessage("successes").body()))
        .contains(
            "\"condition\":\"Success\",\"approximateInvokeCount\":1",
            "\"requestPayload\":{\"n\":1}",
            "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\"}",
            "\"responsePayload\":[2]");
    assertThat(platform.heard).containsExactlyInAnyOrder("received", "started PT0S");
  }

  @Test
  void aFailedEventIsTriedAgainAfterOneMinuteAndAfterTwoAndThenGivenUp() {
    rules(2, Duration.ofHours(1));
    InvokeRequest sent = platform.send(F, "{}");
    platform.next().fail("{\"errorMessage\":\"first\"}");
    platform.retryAfter(F, Duration.ofSeconds(60));
    platform.next().fail("{\"errorMessage\":\"second\"}");
    platform.retryAfter(F, Duration.ofMinutes(2));
    Given last = platform.next();
    assertThat(last.request().requestId()).isEqualTo(sent.requestId());
    last.fail("{\"errorMessage\":\"third\"}");
    platform.eventuallyEmpty(F);
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains(
            sent.requestId().value(),
            "\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":3",
            "\"functionError\":\"Unhandled\"",
            "{\"errorMessage\":\"third\"}");
    Delivery dead = platform.sqsMessage("dead");
    assertThat(text(dead.body())).isEqualTo("{}");
    assertThat(attribute(dead, "RequestID")).isEqualTo(sent.requestId().value());
    assertThat(attribute(dead, "ErrorCode")).isEqualTo("200");
    assertThat(attribute(dead, "ErrorMessage")).isEqualTo("third");
    assertThat(platform.heard).contains("dropped RetriesExhausted");
  }

  @Test
  void withoutRetriesTheFirstFailureIsTheLast() {
    rules(0, Duration.ofHours(1));
    platform.send(F, "{}");
    platform.next().fail("{}");
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains("\"approximateInvokeCount\":1");
  }

  @Test
  void aThrottledEventComesBackEverLaterAndIsGivenUpAtItsAge() {
    rules(2, Duration.ofSeconds(60));
    platform.send(F, "{}");
    for (int pause = 1; pause <= 16; pause *= 2) {
      platform.next().refuse(throttled());
      platform.pauseAfter(Duration.ofSeconds(pause));
    }
    // 31 seconds are over, and 32 more would be too many.
    platform.next().refuse(throttled());
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains(
            "\"condition\":\"EventAgeExceeded\"",
            "\"responseContext\":{\"statusCode\":429,\"functionError\":\"TooManyRequestsException\"}");
    Delivery dead = platform.sqsMessage("dead");
    assertThat(attribute(dead, "ErrorCode")).isEqualTo("429");
    assertThat(attribute(dead, "ErrorMessage")).isEqualTo("Rate Exceeded.");
  }

  @Test
  void anErrorOfThePlatformOrAFunctionThatIsNotReadyCostsNoRetry() {
    rules(0, Duration.ofHours(1));
    platform.send(F, "{}");
    platform.next().refuse(new IllegalStateException("no instance"));
    platform.pauseAfter(Duration.ofSeconds(1));
    platform.next().refuse(new MayflyException(ErrorCode.CONFLICT, "Pending"));
    platform.pauseAfter(Duration.ofSeconds(2));
    platform.next().succeed("1");
    assertThat(text(platform.sqsMessage("successes").body())).contains("\"Success\"");
  }

  @Test
  void anEventThatHasWaitedTooLongIsNotRunAnyMore() {
    rules(2, Duration.ofSeconds(60));
    platform.concurrency.reserve(F, 1);
    platform.send(F, "1");
    Given running = platform.next();
    platform.send(F, "2");
    platform.advance(Duration.ofSeconds(61));
    running.succeed("1");
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains("\"EventAgeExceeded\",\"approximateInvokeCount\":0", "\"requestPayload\":2");
    platform.eventuallyEmpty(F);
  }

  @Test
  void noMoreEventsRunAtOnceThanTheFunctionHasReserved() {
    rules(2, Duration.ofHours(1));
    platform.concurrency.reserve(F, 2);
    for (int i = 0; i < 5; i++) {
      platform.send(F, Integer.toString(i));
    }
    Given first = platform.next();
    Given second = platform.next();
    platform.async.tend();
    assertThat(platform.async.overview())
        .containsExactly(new AsyncCalls.Overview("f", 3, 2, 0, 0, AsyncHarness.START.toString()));
    assertThat(platform.given).isEmpty();
    first.succeed("0");
    Given third = platform.next();
    second.succeed("0");
    third.succeed("0");
    platform.next().succeed("0");
    platform.next().succeed("0");
    platform.eventuallyEmpty(F);
  }

  @Test
  void aFunctionThatMayNotRunAtAllHasItsEventsGivenUpAtOnce() {
    rules(2, Duration.ofHours(1));
    platform.concurrency.reserve(F, 0);
    platform.send(F, "{}");
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains("\"ZeroReservedConcurrency\",\"approximateInvokeCount\":0")
        .doesNotContain("responseContext");
    assertThat(attribute(platform.sqsMessage("dead"), "ErrorCode")).isEqualTo("429");
    assertThat(platform.given).isEmpty();
  }

  @Test
  void aDeletedFunctionsEventsAreGoneAndStayGone() {
    platform.concurrency.reserve(F, 1);
    platform.send(F, "1");
    Given running = platform.next();
    platform.send(F, "2");
    platform.catalog.delete(F);
    platform.async.forget(F);
    running.succeed("1");
    assertThatThrownBy(() -> platform.send(F, "3")).hasMessageContaining("Function not found");
    assertThat(platform.queues.list("async/")).isEmpty();
    platform.create(F, DEAD);
    platform.send(F, "4");
    assertThat(text(platform.next().request().payload())).isEqualTo("4");
  }

  @Test
  void aQueueWhoseFunctionWasDeletedJustBeforeTheEndIsRemovedByTheNextStart() {
    platform.send(F, "1");
    platform.next();
    platform.catalog.delete(F);
    platform.restart();
    assertThat(platform.queues.list("async/")).isEmpty();
  }

  @Test
  void whatWasRunningWhenThePlatformWasKilledRunsAgainWhenItsLeaseIsOver() {
    InvokeRequest sent = platform.send(F, "1");
    platform.next();
    platform.killAndRestart();
    assertThat(platform.given).isEmpty();
    platform.advance(Duration.ofSeconds(24));
    assertThat(platform.next().request().requestId()).isEqualTo(sent.requestId());
  }

  @Test
  void anOrderlyEndCostsNoRetryAndItsEventsRunAgainAtOnce() {
    rules(0, Duration.ofHours(1));
    InvokeRequest sent = platform.send(F, "1");
    Given cut = platform.next();
    platform.async.close();
    cut.fail("{}");
    platform.restart();
    Given again = platform.next();
    assertThat(again.request().requestId()).isEqualTo(sent.requestId());
    again.succeed("1");
    assertThat(text(platform.sqsMessage("successes").body()))
        .contains("\"approximateInvokeCount\":1");
  }

  @Test
  void largeEventsAreNotAllInMemoryAtOnce() {
    String large = "\"" + "x".repeat(1024 * 1024 - 2) + "\"";
    for (int i = 0; i < 110; i++) {
      platform.send(F, large);
    }
    platform.eventually(() -> platform.given.size() > 64);
    platform.async.tend();
    assertThat(platform.given.size()).isLessThanOrEqualTo(64 + 33);
    for (int i = 0; i < 110; i++) {
      platform.next().succeed("1");
    }
    platform.eventuallyEmpty(F);
  }

  @Test
  void retriesAreStillCountedAfterAStart() {
    rules(1, Duration.ofHours(1));
    platform.send(F, "1");
    platform.next().fail("{}");
    platform.eventually(() -> platform.depth(F).delayed() == 1);
    platform.restart();
    platform.advance(Duration.ofSeconds(61));
    platform.next().fail("{}");
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains("\"approximateInvokeCount\":2");
  }

  @Test
  void aCallThatTakesLongerThanItsLeaseIsNotMadeTwice() {
    platform.send(F, "1");
    Given running = platform.next();
    for (int i = 0; i < 100; i++) {
      platform.advance(Duration.ofSeconds(1));
      platform.async.tend();
    }
    assertThat(platform.given).isEmpty();
    running.succeed("1");
    platform.eventuallyEmpty(F);
  }

  @Test
  void aLoopIsEndedAfterSixteenRunsUnlessTheFunctionMayLoop() {
    rules(2, Duration.ofHours(1));
    String trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
    for (int run = 1; run <= Lineage.MOST_RUNS; run++) {
      platform.send(F, "{}", trace);
      Given given = platform.next();
      trace = given.request().traceId();
      given.succeed("1");
      assertThat(platform.sqsMessage("successes")).isNotNull();
    }
    platform.send(F, "{}", trace);
    assertThat(text(platform.sqsMessage("failures").body()))
        .contains("RecursiveInvocationException", "\"statusCode\":400");
    assertThat(attribute(platform.sqsMessage("dead"), "ErrorCode")).isEqualTo("400");
    platform.loops.allow(F, true);
    platform.send(F, "{}", trace);
    platform.next().succeed("1");
  }

  @Test
  void anotherFunctionCanBeTheDestinationAndTheChainIsFollowed() {
    FunctionName other = new FunctionName("other");
    platform.create(other, DEAD);
    FunctionArn arn = FunctionArn.of(AsyncHarness.ACCOUNT, other);
    platform.configs.put(
        F,
        Optional.empty(),
        new EventInvokeConfigs.Change(
            Optional.empty(), Optional.empty(), Optional.of(arn.toString()), Optional.empty()));
    platform.send(F, "7");
    platform.next().succeed("8");
    Given told = platform.next();
    assertThat(told.request().functionArn()).isEqualTo(arn);
    assertThat(text(told.request().payload()))
        .contains("\"requestPayload\":7", "\"responsePayload\":8");
    assertThat(Lineage.runs(told.request().traceId(), FunctionArn.of(AsyncHarness.ACCOUNT, F)))
        .isEqualTo(1);
    assertThat(Lineage.runs(told.request().traceId(), arn)).isEqualTo(1);
  }

  @Test
  void aTargetThatCannotBeToldIsCountedAndHoldsNothingUp() {
    Map<String, String> reasons =
        Map.of(
            "arn:aws:sqs:us-east-1:000000000000:none", "there is no such queue",
            "arn:aws:sqs:us-east-1:111111111111:failures", "there is no such queue",
            "arn:aws:sqs:us-east-1:000000000000:forbidden", "is not allowed sqs:SendMessage",
            "arn:aws:sns:us-east-1:000000000000:topic", "no service sns yet");
    reasons.forEach(
        (arn, why) -> {
          platform.heard.clear();
          platform.configs.put(
              F,
              Optional.empty(),
              new EventInvokeConfigs.Change(
                  Optional.of(0), Optional.empty(), Optional.empty(), Optional.of(arn)));
          platform.send(F, "{}");
          platform.next().fail("{}");
          // The dead letter is written all the same.
          assertThat(platform.sqsMessage("dead")).isNotNull();
          assertThat(platform.heard)
              .anyMatch(line -> line.startsWith("destination " + arn) && line.contains(why));
        });
  }
}
