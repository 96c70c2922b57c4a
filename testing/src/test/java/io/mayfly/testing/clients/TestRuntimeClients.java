package io.mayfly.testing.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.testing.Functions;
import io.mayfly.testing.Json;
import io.mayfly.testing.Mayfly;
import io.mayfly.testing.Zip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * AWS's own runtime clients run unmodified as custom runtimes on a real platform, and a handler
 * cannot tell them from the managed runtimes.
 */
final class TestRuntimeClients {
  private static final String PROVIDED = "provided.al2023";
  private static final int MEMORY = 512;
  private static final int TIMEOUT_SECONDS = 60;
  private static final int LARGE = 5 * 1024 * 1024;
  private static final int CALLS = 20;

  /** New for every function or every instance, so that only their presence can be compared. */
  private static final Set<String> OWN_VALUES =
      Set.of(
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "_X_AMZN_TRACE_ID");

  /**
   * Variables that only one of the two has, with the reason:
   *
   * <ul>
   *   <li>AWS_EXECUTION_ENV: Lambda sets it for managed runtimes alone
   *   <li>AWS_LAMBDA_RUNTIME_API: managed runtimes do not speak the Runtime API
   *   <li>MAYFLY_SOCKET: what they speak to instead; a Java program cannot hide its own environment
   *   <li>NODE_PATH, PYTHONPATH: variables of Lambda's managed runtimes, not of its clients
   * </ul>
   */
  private static final Set<String> ONE_SIDED =
      Set.of(
          "AWS_EXECUTION_ENV",
          "AWS_LAMBDA_RUNTIME_API",
          "MAYFLY_SOCKET",
          "NODE_PATH",
          "PYTHONPATH");

  private static final Functions FUNCTIONS = Mayfly.shared().functions();
  private static final Map<String, Pair> DEPLOYED = new HashMap<>();
  private static final List<String> NAMES = new ArrayList<>();

  /** The names of two functions with the same code: on a managed runtime and on AWS's client. */
  private record Pair(String ours, String theirs) {}

  @AfterAll
  static void deleteFunctions() {
    FUNCTIONS.delete(NAMES);
  }

  @ParameterizedTest
  @EnumSource
  void echoesAreTheSame(Language language) {
    assertSame(
        language,
        "{\"do\": \"echo\", \"n\": [1, 2.5, null, true], \"ü\": {\"a\": \"😀 \\u2028\"}}");
  }

  /** Java's alone asks to be restored. */
  @Test
  void aClientThatIsToldOfSnapshotsGoesThroughItsRestore() {
    String name =
        FUNCTIONS.deploy(
            "client-restored",
            PROVIDED,
            Language.JAVA.handler(),
            Language.JAVA.theirsForSnapshots(),
            request -> request.memorySize(MEMORY).timeout(TIMEOUT_SECONDS));
    NAMES.add(name);
    assertThat(FUNCTIONS.invoke(name, "{\"do\": \"echo\"}").payload().asUtf8String())
        .isEqualTo("{\"do\":\"echo\"}");
  }

  @ParameterizedTest
  @EnumSource
  void errorsOfHandlersAreTheSame(Language language) {
    Seen seen = assertSame(language, "{\"do\": \"throws\"}");
    assertThat(seen.functionError()).isEqualTo("Unhandled");
    assertThat(seen.payload()).contains("no good: ü 😀");
  }

  @ParameterizedTest
  @EnumSource
  void missingHandlersAreTheSame(Language language) {
    Pair pair = deployed(language, language.missing(), TIMEOUT_SECONDS);
    assertThat(assertSame(pair, "{}").functionError()).isEqualTo("Unhandled");
  }

  @ParameterizedTest
  @EnumSource
  void brokenModulesAreTheSame(Language language) {
    Pair pair = deployed(language, language.broken(), TIMEOUT_SECONDS);
    assertThat(assertSame(pair, "{}").functionError()).isEqualTo("Unhandled");
  }

  @ParameterizedTest
  @EnumSource
  void absentModulesAreTheSame(Language language) {
    Pair pair = deployed(language, language.absent(), TIMEOUT_SECONDS);
    assertThat(assertSame(pair, "{}").functionError()).isEqualTo("Unhandled");
  }

  @ParameterizedTest
  @EnumSource
  void largeEventsAndAnswersPass(Language language) {
    String text = "x".repeat(LARGE - 5) + "ü😀";
    Pair pair = deployed(language, language.handler(), TIMEOUT_SECONDS);
    for (String name : List.of(pair.ours(), pair.theirs())) {
      InvokeResponse response =
          FUNCTIONS.invoke(name, "{\"do\": \"echo\", \"text\": \"" + text + "\"}");
      assertThat(Json.of(response.payload().asUtf8String()).get("text").asString().equals(text))
          .as(name)
          .isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void contextsAreTheSame(Language language) {
    String client =
        "{\"client\": {\"app_title\": \"títle\"}, \"custom\": {\"a\": \"b\"}, \"env\": {\"c\":"
            + " \"d\"}}";
    Pair pair = deployed(language, language.handler(), TIMEOUT_SECONDS);
    String event = "{\"do\": \"shows_context\", \"timeout\": %d}".formatted(TIMEOUT_SECONDS * 1000);
    Seen seen =
        assertSame(
            pair,
            event,
            request ->
                request.clientContext(
                    Base64.getEncoder().encodeToString(client.getBytes(StandardCharsets.UTF_8))));
    assertThat(Json.of(seen.payload()).get("remaining").asBoolean()).isTrue();
    assertThat(Json.of(seen.payload()).toString())
        .contains("\"ID\"")
        .contains(":function:FUNCTION\"")
        .contains("títle");
    assertSame(pair, event);
  }

  @ParameterizedTest
  @EnumSource
  void environmentsAreTheSame(Language language) {
    Pair pair = deployed(language, language.handler(), TIMEOUT_SECONDS);
    Map<String, String> ours = environment(pair.ours());
    Map<String, String> theirs = environment(pair.theirs());
    assertThat(ours).containsEntry("OWN", "'and' \"more\" $HOME").containsKey("TEXT");
    assertThat(theirs).containsKey("AWS_LAMBDA_RUNTIME_API");
    ours.keySet().removeAll(ONE_SIDED);
    theirs.keySet().removeAll(ONE_SIDED);
    assertThat(ours).isEqualTo(theirs);
  }

  @ParameterizedTest
  @EnumSource
  void timeoutsAreTheSame(Language language) {
    Seen seen = assertSame(deployed(language, language.handler(), 2), "{\"do\": \"sleeps\"}");
    assertThat(seen.payload()).contains("Sandbox.Timedout", "Task timed out after 2.00 seconds");
  }

  @ParameterizedTest
  @EnumSource
  void exitsAreTheSameAndTheNextCallWorks(Language language) {
    Seen seen = assertSame(language, "{\"do\": \"exits\"}");
    assertThat(seen.payload())
        .contains("Runtime.ExitError", "Runtime exited with error: exit status 3");
    assertSame(language, "{\"do\": \"echo\"}");
  }

  @ParameterizedTest
  @EnumSource
  void manyCallsMeetTheSameInstance(Language language) {
    Pair pair = deployed(language, language.handler(), TIMEOUT_SECONDS);
    for (String name : List.of(pair.ours(), pair.theirs())) {
      int first = count(name);
      for (int call = 1; call < CALLS; call++) {
        assertThat(count(name)).as(name).isEqualTo(first + call);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void logsHoldWhatIsPrintedWithTheRequestId(Language language) {
    Seen seen = assertSame(language, "{\"do\": \"logs\"}");
    assertThat(seen.payload()).isEqualTo("null");
    assertThat(seen.log())
        .containsSubsequence(
            "START RequestId: ID Version: $LATEST",
            "printed for ID",
            "END RequestId: ID",
            "REPORT RequestId: ID");
  }

  @Test
  void anyProgramCanBeTheBootstrap() throws IOException {
    byte[] program = Files.readAllBytes(Clients.program());
    Zip zip = new Zip().entry("bootstrap", 0100755, program);
    String name = FUNCTIONS.deploy("compiled", PROVIDED, "none", zip.bytes());
    NAMES.add(name);
    String large = "\"" + "ü".repeat(LARGE / 2) + "\"";
    for (String event : List.of("{}", "\"zwölf 😀\"", large, "[1, 2.50]")) {
      InvokeResponse response = FUNCTIONS.invoke(name, event);
      assertThat(response.functionError()).isNull();
      assertThat(response.payload().asUtf8String().equals(event)).isTrue();
    }
  }

  @Test
  void codeWithoutBootstrapIsAnInvalidEntrypoint() {
    Map<String, Zip> codes =
        Map.of(
            "no-bootstrap", new Zip().file("other", "text"),
            "no-program", new Zip().file("bootstrap", "#!/bin/sh\n"));
    codes.forEach(
        (name, zip) -> {
          NAMES.add(FUNCTIONS.deploy(name, PROVIDED, "none", zip.bytes()));
          Seen seen = Seen.of(name, FUNCTIONS.invoke(name, "{}"));
          assertThat(seen.functionError()).isEqualTo("Unhandled");
          assertThat(seen.payload())
              .contains("\"errorType\":\"Runtime.InvalidEntrypoint\"")
              .contains(
                  "\"errorMessage\":\"RequestId: ID Error: Couldn't find valid bootstrap(s):"
                      + " [/var/task/bootstrap /opt/bootstrap]\"");
        });
  }

  private static int count(String name) {
    return Integer.parseInt(
        FUNCTIONS.invoke(name, "{\"do\": \"counts\"}").payload().asUtf8String());
  }

  private static Map<String, String> environment(String name) {
    String payload =
        FUNCTIONS.invoke(name, "{\"do\": \"shows_environment\"}").payload().asUtf8String();
    Map<String, String> variables = new TreeMap<>();
    Json.of(payload)
        .properties()
        .forEach(
            entry ->
                variables.put(
                    entry.getKey(),
                    OWN_VALUES.contains(entry.getKey())
                        ? "present"
                        : entry.getValue().asString().replace(name, "FUNCTION")));
    return variables;
  }

  private static Seen assertSame(Language language, String event) {
    return assertSame(deployed(language, language.handler(), TIMEOUT_SECONDS), event);
  }

  private static Seen assertSame(Pair pair, String event) {
    return assertSame(pair, event, request -> request);
  }

  private static Seen assertSame(
      Pair pair, String event, UnaryOperator<InvokeRequest.Builder> more) {
    Seen ours = Seen.of(pair.ours(), FUNCTIONS.invoke(pair.ours(), event, more));
    Seen theirs = Seen.of(pair.theirs(), FUNCTIONS.invoke(pair.theirs(), event, more));
    assertThat(ours.functionError()).isEqualTo(theirs.functionError());
    assertThat(ours.payload()).isEqualTo(theirs.payload());
    assertThat(ours.log()).isEqualTo(theirs.log());
    return ours;
  }

  private static Pair deployed(Language language, String handler, int timeout) {
    return DEPLOYED.computeIfAbsent(
        language + " " + handler + " " + timeout,
        key -> {
          String name = language.name().toLowerCase(Locale.ROOT) + "-" + DEPLOYED.size();
          return new Pair(
              deploy("ours-" + name, language.runtime(), handler, timeout, language.ours()),
              deploy("theirs-" + name, PROVIDED, handler, timeout, language.theirs()));
        });
  }

  private static String deploy(
      String name, String runtime, String handler, int timeout, byte[] zip) {
    FUNCTIONS.deploy(
        name,
        runtime,
        handler,
        zip,
        request ->
            request
                .timeout(timeout)
                .memorySize(MEMORY)
                .environment(
                    variables ->
                        variables.variables(
                            Map.of("OWN", "'and' \"more\" $HOME", "TEXT", "zwölf"))));
    NAMES.add(name);
    return name;
  }
}
