package io.mayfly.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import io.mayfly.queue.MessageAttribute;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestInvocationRecord {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");
  private static final FunctionArn FUNCTION =
      FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("f"));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static AsyncEvent event(Optional<String> qualifier) {
    return new AsyncEvent(
        new RequestId("11111111-2222-3333-4444-555555555555"),
        bytes("{ \"a\": 1.0 }"),
        qualifier,
        "Root=1",
        Optional.empty(),
        Optional.empty(),
        NOW,
        0);
  }

  private static String record(Optional<String> qualifier, Ending ending) {
    return new String(
        InvocationRecord.json(event(qualifier), FUNCTION, ending, NOW), StandardCharsets.UTF_8);
  }

  private static Ending.Answer answer(String payload, boolean json) {
    return new Ending.Answer(200, Optional.of("3"), Optional.of("Unhandled"), bytes(payload), json);
  }

  @Test
  void aFailureIsRecordedAsLambdaDoesWithBothPayloadsAsTheyWere() {
    String error = "{\"errorMessage\":\"no\",  \"x\":[1]}";
    assertThat(
            record(
                Optional.of("live"),
                new Ending(Condition.RETRIES_EXHAUSTED, 3, Optional.of(answer(error, true)))))
        .isEqualTo(
            "{\"version\":\"1.0\",\"timestamp\":\"2026-01-02T03:04:05.006Z\",\"requestContext\":"
                + "{\"requestId\":\"11111111-2222-3333-4444-555555555555\",\"functionArn\":"
                + "\"arn:aws:lambda:us-east-1:000000000000:function:f:live\",\"condition\":"
                + "\"RetriesExhausted\",\"approximateInvokeCount\":3},\"requestPayload\":"
                + "{ \"a\": 1.0 },\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"3\","
                + "\"functionError\":\"Unhandled\"},\"responsePayload\":"
                + error
                + "}");
  }

  @Test
  void whatWasNeverRunHasNoResponse() {
    assertThat(
            record(
                Optional.empty(),
                new Ending(Condition.ZERO_RESERVED_CONCURRENCY, 0, Optional.empty())))
        .contains("function:f:$LATEST\"", "\"condition\":\"ZeroReservedConcurrency\"")
        .endsWith("\"requestPayload\":{ \"a\": 1.0 }}");
  }

  @Test
  void anAnswerThatOnlyClaimsToBeJsonCannotBreakOutOfTheRecord() {
    for (String hostile :
        new String[] {
          "", "}", "1},\"version\":\"2\"", "1 2", "{\"a\":", "[".repeat(5000), "\u0001"
        }) {
      assertThat(
              record(
                  Optional.empty(),
                  new Ending(Condition.SUCCESS, 1, Optional.of(answer(hostile, true)))))
          .contains("\"responsePayload\":\"");
    }
    assertThat(
            record(
                Optional.empty(),
                new Ending(Condition.SUCCESS, 1, Optional.of(answer("{}", false)))))
        .endsWith("\"responsePayload\":\"{}\"}");
  }

  @Test
  void aDeadLetterHasTheRequestAndTheBeginningOfTheError() {
    String message = "é".repeat(600);
    Map<String, MessageAttribute> attributes =
        InvocationRecord.attributes(
            event(Optional.empty()),
            new Ending(
                Condition.RETRIES_EXHAUSTED,
                3,
                Optional.of(
                    answer(
                        "{\"x\":{\"errorMessage\":1},\"errorMessage\":\"" + message + "\"}",
                        true))));
    assertThat(attributes)
        .hasEntrySatisfying(
            "RequestID",
            id -> {
              assertThat(id.type()).isEqualTo("String");
              assertThat(id.value()).isEqualTo(bytes("11111111-2222-3333-4444-555555555555"));
            })
        .hasEntrySatisfying(
            "ErrorCode",
            code -> {
              assertThat(code.type()).isEqualTo("Number");
              assertThat(code.value()).isEqualTo(bytes("200"));
            })
        .hasEntrySatisfying(
            "ErrorMessage", error -> assertThat(error.value()).isEqualTo(bytes("é".repeat(512))));
  }

  @Test
  void aRetryWaitsAMinuteThenTwoAndAThrottledEventFromOneSecondToFiveMinutes() {
    assertThat(AsyncRules.retryAfter(1)).isEqualTo(Duration.ofMinutes(1));
    assertThat(AsyncRules.retryAfter(2)).isEqualTo(Duration.ofMinutes(2));
    assertThat(AsyncRules.pauseAfter(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(AsyncRules.pauseAfter(5)).isEqualTo(Duration.ofSeconds(16));
    assertThat(AsyncRules.pauseAfter(10)).isEqualTo(Duration.ofMinutes(5));
    assertThat(AsyncRules.pauseAfter(Integer.MAX_VALUE)).isEqualTo(Duration.ofMinutes(5));
  }
}
