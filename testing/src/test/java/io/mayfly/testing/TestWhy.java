package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** What {@code mayfly why} and the metrics say of requests that real clients have made. */
final class TestWhy {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();

  private static String why(String requestId) {
    return Distribution.cli(MAYFLY, "why", requestId).ok().out();
  }

  private static String id(InvokeResponse response) {
    return response.responseMetadata().requestId();
  }

  @Test
  void aColdCallIsExplainedPartByPartAndAWarmOneHasNone() {
    FUNCTIONS.deployPython("why-cold", "def handler(event, context): return event\n");
    String cold = why(id(FUNCTIONS.invoke("why-cold", "1")));
    assertThat(cold)
        .contains("a call of why-cold:$LATEST on provided.al2023, over at ")
        .contains("\nanswered\n")
        .contains("a cold start: an instance was started for it");
    assertThat(cold.lines().map(line -> line.strip().split(" ", 2)[0]))
        .containsSubsequence(
            "queue", "place", "sandbox", "code", "runtime", "init", "handler", "billed");
    String warm = why(id(FUNCTIONS.invoke("why-cold", "2")));
    assertThat(warm).contains("no cold start").doesNotContain("sandbox");
    FUNCTIONS.delete(List.of("why-cold"));
  }

  @Test
  void failuresAreExplainedWithWhatToDo() {
    FUNCTIONS.deployPython(
        "why-late",
        "import time\ndef handler(event, context): time.sleep(20)\n",
        request -> request.timeout(1));
    assertThat(why(id(FUNCTIONS.invoke("why-late", "1"))))
        .contains("failed with Sandbox.Timedout: Task timed out after 1.00 seconds")
        .contains("--function-name why-late --timeout");
    FUNCTIONS.delete(List.of("why-late"));
  }

  @Test
  void refusalsAreExplainedWhoeverMadeThem() {
    FUNCTIONS.deployPython("why-full", "def handler(event, context): return event\n");
    FUNCTIONS
        .client()
        .putFunctionConcurrency(
            request -> request.functionName("why-full").reservedConcurrentExecutions(0));
    assertThatThrownBy(() -> FUNCTIONS.invoke("why-full", "1"))
        .isInstanceOfSatisfying(
            TooManyRequestsException.class,
            refusal ->
                assertThat(why(refusal.requestId()))
                    .contains("lambda:Invoke")
                    .contains("refused with status 429, TooManyRequestsException: Rate Exceeded.")
                    .contains("ReservedFunctionConcurrentInvocationLimitExceeded")
                    .contains("put-function-concurrency"));
    FUNCTIONS.delete(List.of("why-full"));
    Reply unsigned = Http.request("GET", MAYFLY.endpoint() + "/2015-03-31/functions").send();
    assertThat(why(unsigned.header("x-amzn-requestid")))
        .contains("status 403, MissingAuthenticationTokenException")
        .contains("./mayfly env");
  }

  @Test
  void aRequestThatIsNotRememberedIsSaidToBe() {
    Ran ran = Distribution.cli(MAYFLY, "why", "00000000-0000-0000-0000-000000000000");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("no request 00000000-0000", "./mayfly logs NAME");
    assertThat(Distribution.cli(MAYFLY, "why", "a/b").err()).contains("'a/b' is no request id");
  }

  @Test
  void metricsHaveTheColdStartLedger() {
    FUNCTIONS.deployPython("why-metrics", "def handler(event, context): return event\n");
    FUNCTIONS.invoke("why-metrics", "1");
    String keys = MAYFLY.accessKey() + ":" + MAYFLY.secretKey();
    Reply reply =
        Http.request("GET", MAYFLY.endpoint() + "/_mayfly/metrics")
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(keys.getBytes(StandardCharsets.UTF_8)))
            .send();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("content-type")).startsWith("text/plain");
    for (String part :
        List.of("queue", "place", "sandbox", "code", "runtime", "init", "first_call")) {
      assertThat(reply.text())
          .containsPattern(
              "mayfly_cold_start_seconds_count\\{part=\"%s\",runtime=\"provided.al2023\"\\} [1-9]"
                  .formatted(part));
    }
    assertThat(reply.text()).containsPattern("mayfly_instances [1-9]");
    FUNCTIONS.delete(List.of("why-metrics"));
  }
}
