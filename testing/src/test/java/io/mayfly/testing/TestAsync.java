package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Asynchronous calls of real handlers. */
final class TestAsync {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:";
  private static final String ECHO =
      """
      import json
      def handler(event, context):
          print("got", context.request_id, json.dumps(event))
          return {"answer": event}
      """;
  private static final String FAIL =
      """
      def handler(event, context):
          print("got", context.request_id)
          raise ValueError("not today")
      """;

  private static Reply send(String function, String event, Map<String, String> headers) {
    Signing signing = Signing.of(MAYFLY).header("x-amz-invocation-type", "Event");
    headers.forEach(signing::header);
    return signing
        .request(
            "POST",
            MAYFLY.endpoint() + "/2015-03-31/functions/" + function + "/invocations",
            event.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  /** The id under which an event was accepted. */
  private static String accept(String function, String event) {
    Reply reply = send(function, event, Map.of());
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    assertThat(reply.body()).isEmpty();
    return reply.header("x-amzn-requestid");
  }

  private static String role(String name, String allowed) {
    Tools.aws(
            MAYFLY,
            "iam",
            "create-role",
            "--role-name",
            name,
            "--assume-role-policy-document",
            "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}")
        .ok();
    Tools.aws(
            MAYFLY,
            "iam",
            "put-role-policy",
            "--role-name",
            name,
            "--policy-name",
            "own",
            "--policy-document",
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"%s\",\"Resource\":\"*\"}}"
                .formatted(allowed))
        .ok();
    return "arn:aws:iam::000000000000:role/" + name;
  }

  private static String metrics() {
    String keys = MAYFLY.accessKey() + ":" + MAYFLY.secretKey();
    return Http.request("GET", MAYFLY.endpoint() + "/_mayfly/metrics")
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(keys.getBytes(StandardCharsets.UTF_8)))
        .send()
        .text();
  }

  private static JsonNode events(String function) {
    return Json.of(Distribution.cli(MAYFLY, "events", "--json").ok().out())
        .valueStream()
        .filter(row -> row.path("function").asString().equals(function))
        .findFirst()
        .orElseThrow();
  }

  private static void eventuallyNothingIsQueued(String function) {
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> {
          JsonNode row = events(function);
          return row.path("queued").asInt()
                  + row.path("running").asInt()
                  + row.path("retrying").asInt()
              == 0;
        });
  }

  @Test
  void theHandlerSeesTheEventAndTheIdThatItsCallerGot() {
    FUNCTIONS.deployPython("async-echo", ECHO);
    String id = accept("async-echo", "{\"n\": [1, \"é\"]}");
    MAYFLY.awaitLog("async-echo", "got " + id + " {\"n\": [1, \"\\u00e9\"]}");
    MAYFLY.awaitLog("async-echo", "REPORT RequestId: " + id);
    assertThat(Distribution.cli(MAYFLY, "why", id).ok().out()).contains("a call of async-echo");
    String empty = accept("async-echo", "");
    MAYFLY.awaitLog("async-echo", "got " + empty + " {}");
    eventuallyNothingIsQueued("async-echo");
    assertThat(metrics())
        .containsPattern("mayfly_async_received_total [1-9]")
        .containsPattern("mayfly_async_age_seconds_count [1-9]");
    FUNCTIONS.delete(List.of("async-echo"));
    assertThat(Distribution.cli(MAYFLY, "events").ok().out())
        .contains("FUNCTION")
        .doesNotContain("async-echo");
  }

  @Test
  void whatCannotBeAnEventIsRefusedAsLambdaDoes() {
    FUNCTIONS.deployPython("async-bad", ECHO);
    Reply none = send("async-none", "{}", Map.of());
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.header("x-amzn-errortype")).isEqualTo("ResourceNotFoundException");
    Reply version = send("async-bad:7", "{}", Map.of());
    assertThat(version.status()).isEqualTo(404);
    Reply broken = send("async-bad", "{\"a\":", Map.of());
    assertThat(broken.status()).isEqualTo(400);
    assertThat(broken.header("x-amzn-errortype")).isEqualTo("InvalidRequestContentException");
    String most = "\"" + "x".repeat(1024 * 1024 - 2) + "\"";
    Reply large = send("async-bad", most + " ", Map.of());
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.header("x-amzn-errortype")).isEqualTo("RequestEntityTooLargeException");
    assertThat(large.text())
        .contains(
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)");
    Reply context = send("async-bad", "{}", Map.of("x-amz-client-context", "%"));
    assertThat(context.status()).isEqualTo(400);
    String id = accept("async-bad", most);
    MAYFLY.awaitLog("async-bad", "END RequestId: " + id);
    FUNCTIONS.delete(List.of("async-bad"));
  }

  @Test
  void destinationsAreToldOfSuccessAndFailure() {
    String role = role("async-teller", "lambda:InvokeFunction");
    FUNCTIONS.deployPython("async-told", ECHO);
    FUNCTIONS.deployPython("async-good", ECHO, request -> request.role(role));
    FUNCTIONS.deployPython("async-sad", FAIL, request -> request.role(role));
    for (String name : List.of("async-good", "async-sad")) {
      FUNCTIONS
          .client()
          .putFunctionEventInvokeConfig(
              request ->
                  request
                      .functionName(name)
                      .maximumRetryAttempts(0)
                      .destinationConfig(
                          to ->
                              to.onSuccess(good -> good.destination(ARN + "async-told"))
                                  .onFailure(bad -> bad.destination(ARN + "async-told"))));
    }
    String good = accept("async-good", "{\"n\": 1}");
    String sad = accept("async-sad", "{\"n\": 2}");
    MAYFLY.awaitLog("async-told", good);
    MAYFLY.awaitLog("async-told", sad);
    String told = MAYFLY.functionLog("async-told");
    assertThat(told.lines().filter(line -> line.contains(good)))
        .singleElement()
        .asString()
        .contains(
            "\"condition\": \"Success\"",
            ARN + "async-good:$LATEST",
            "\"requestPayload\": {\"n\": 1}",
            "\"responseContext\": {\"statusCode\": 200, \"executedVersion\": \"$LATEST\"}",
            "\"responsePayload\": {\"answer\": {\"n\": 1}}");
    assertThat(told.lines().filter(line -> line.contains(sad)))
        .singleElement()
        .asString()
        .contains(
            "\"condition\": \"RetriesExhausted\"",
            "\"functionError\": \"Unhandled\"",
            "\"errorMessage\": \"not today\"");
    assertThat(Distribution.cli(MAYFLY, "why", sad).ok().out())
        .contains("an event of async-sad", "given up, RetriesExhausted: not today");
    assertThat(events("async-sad").path("dropped").asInt()).isEqualTo(1);
    FUNCTIONS.delete(List.of("async-good", "async-sad", "async-told"));
  }

  @Test
  void aDestinationThatTheRoleMayNotTellIsCountedAndLogged() {
    FUNCTIONS.deployPython("async-untold", ECHO);
    FUNCTIONS.deployPython("async-mute", ECHO);
    FUNCTIONS
        .client()
        .putFunctionEventInvokeConfig(
            request ->
                request
                    .functionName("async-mute")
                    .destinationConfig(
                        to -> to.onSuccess(good -> good.destination(ARN + "async-untold"))));
    accept("async-mute", "{}");
    Eventually.holds(
        Duration.ofSeconds(30),
        () ->
            metrics()
                .lines()
                .anyMatch(l -> l.matches("mayfly_async_destination_failures_total [1-9].*")));
    assertThat(MAYFLY.log())
        .contains(
            "destination " + ARN + "async-untold of async-mute cannot be told",
            "is not allowed lambda:InvokeFunction");
    FUNCTIONS.delete(List.of("async-mute", "async-untold"));
  }

  @Test
  void whileAFunctionIsBusyOrChangingItsEventsWait() {
    String slow =
        """
        import time
        def handler(event, context):
            print("begin", context.request_id, "VERSION")
            time.sleep(event)
        """;
    FUNCTIONS.deployPython(
        "async-slow", slow.replace("VERSION", "one"), request -> request.timeout(30));
    FUNCTIONS
        .client()
        .putFunctionConcurrency(
            request -> request.functionName("async-slow").reservedConcurrentExecutions(1));
    String running = accept("async-slow", "8");
    MAYFLY.awaitLog("async-slow", "begin " + running + " one");
    List<String> waiting =
        List.of(accept("async-slow", "0"), accept("async-slow", "0"), accept("async-slow", "0"));
    JsonNode meanwhile = events("async-slow");
    assertThat(meanwhile.path("running").asInt()).isEqualTo(1);
    assertThat(meanwhile.path("queued").asInt()).isEqualTo(3);
    FUNCTIONS.update("async-slow", Custom.python(slow.replace("VERSION", "two")));
    waiting.forEach(id -> MAYFLY.awaitLog("async-slow", "begin " + id + " two"));
    eventuallyNothingIsQueued("async-slow");
    assertThat(MAYFLY.functionLog("async-slow").lines().filter(line -> line.startsWith("begin")))
        .hasSize(4);
    FUNCTIONS.delete(List.of("async-slow"));
  }

  @Test
  void aFunctionThatMayNotRunHasItsEventsGivenUp() {
    FUNCTIONS.deployPython("async-off", ECHO);
    FUNCTIONS
        .client()
        .putFunctionConcurrency(
            request -> request.functionName("async-off").reservedConcurrentExecutions(0));
    String id = accept("async-off", "{}");
    Eventually.holds(
        Duration.ofSeconds(30), () -> events("async-off").path("dropped").asInt() == 1);
    assertThat(Distribution.cli(MAYFLY, "why", id).ok().out())
        .contains("given up, ZeroReservedConcurrency");
    FUNCTIONS.delete(List.of("async-off"));
  }

  @Test
  void functionsThatCallEachOtherInALoopAreStoppedAfterSixteenRuns() {
    String role = role("async-looper", "lambda:InvokeFunction");
    String code = "def handler(event, context): print('run', context.trace)\n";
    FUNCTIONS.deployPython("async-ping", code, request -> request.role(role));
    FUNCTIONS.deployPython("async-pong", code, request -> request.role(role));
    successTo("async-ping", "async-pong");
    successTo("async-pong", "async-ping");
    accept("async-ping", "{}");
    Eventually.holds(
        Duration.ofSeconds(60), () -> events("async-ping").path("dropped").asInt() == 1);
    eventuallyNothingIsQueued("async-ping");
    eventuallyNothingIsQueued("async-pong");
    for (String name : List.of("async-ping", "async-pong")) {
      assertThat(MAYFLY.functionLog(name).lines().filter(line -> line.startsWith("run ")))
          .as(name)
          .hasSize(16);
    }
    FUNCTIONS.delete(List.of("async-ping", "async-pong"));
  }

  private static void successTo(String function, String destination) {
    FUNCTIONS
        .client()
        .putFunctionEventInvokeConfig(
            request ->
                request
                    .functionName(function)
                    .destinationConfig(
                        to -> to.onSuccess(good -> good.destination(ARN + destination))));
  }
}
