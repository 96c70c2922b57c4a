package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Invocation;
import io.mayfly.model.LogLevel;
import io.mayfly.model.LoggingConfig;
import io.mayfly.model.LoggingConfig.Levels;
import io.mayfly.model.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Logs in JSON: the platform's events and the function's lines, from their levels on. */
class TestJsonLog {
  private static final Pattern TYPE = Pattern.compile("\"type\":\"platform\\.([a-zA-Z]+)\"");

  /** Writes what it is given before it answers. */
  private record Writer(String text, Outcome outcome) implements FakeSandbox.Program {
    @Override
    public Outcome answer(FakeSandbox.FakeInstance instance, Invocation invocation) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      instance.spec.logs().write(bytes, 0, bytes.length);
      return outcome;
    }
  }

  private static DispatchHarness house(LogLevel application, LogLevel system, Writer program) {
    DispatchHarness house = DispatchHarness.of(program);
    house.deploy(
        DispatchHarness.NAME,
        Map.of(),
        settings ->
            settings.withLogging(new LoggingConfig(Optional.of(new Levels(application, system)))));
    return house;
  }

  private static List<String> types(String log) {
    return TYPE.matcher(log).results().map(found -> found.group(1)).toList();
  }

  private static Writer writer(Outcome outcome) {
    return new Writer("", outcome);
  }

  @Test
  void eventsAreThoseOfLambdaFromTheirLevelOn() {
    Writer good = writer(DispatchHarness.success("1"));
    try (DispatchHarness house = house(LogLevel.INFO, LogLevel.DEBUG, good)) {
      house.invoke();
      assertThat(types(house.logged()))
          .containsExactly(
              "initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report");
      assertThat(house.logged().lines()).allMatch(line -> line.startsWith("{\"time\":\""));
    }
    try (DispatchHarness house = house(LogLevel.INFO, LogLevel.INFO, good)) {
      house.invoke();
      assertThat(types(house.logged())).containsExactly("initStart", "start", "report");
      assertThat(house.logged())
          .contains("\"initializationType\":\"on-demand\",\"phase\":\"init\"")
          .contains("\"version\":\"$LATEST\"")
          .contains("\"status\":\"success\"")
          .contains("\"memorySizeMB\":128");
    }
    try (DispatchHarness house = house(LogLevel.INFO, LogLevel.WARN, good)) {
      house.invoke();
      assertThat(house.logged()).isEmpty();
    }
  }

  @Test
  void failuresAreWarnings() {
    for (Outcome outcome : List.of(new Outcome.TimedOut(), new Outcome.Exited(1, false))) {
      try (DispatchHarness house = house(LogLevel.INFO, LogLevel.WARN, writer(outcome))) {
        house.invoke();
        assertThat(types(house.logged())).containsExactly("runtimeDone", "report");
        assertThat(house.logged())
            .contains(
                outcome instanceof Outcome.TimedOut
                    ? "\"status\":\"timeout\",\"errorType\":\"Sandbox.Timedout\""
                    : "\"status\":\"error\",\"errorType\":\"Runtime.ExitError\"");
      }
    }
  }

  @Test
  void anInitThatFailsIsReported() {
    FakeSandbox.Program broken =
        new FakeSandbox.Program() {
          @Override
          public Optional<Outcome> load(Duration limit) {
            return Optional.of(new Outcome.ExtensionError("Extension.Crash", "exit status 3"));
          }

          @Override
          public Outcome answer(FakeSandbox.FakeInstance instance, Invocation invocation) {
            throw new AssertionError("never ready");
          }
        };
    try (DispatchHarness house = DispatchHarness.of(broken)) {
      house.deploy(
          DispatchHarness.NAME,
          Map.of(),
          settings ->
              settings.withLogging(
                  new LoggingConfig(Optional.of(new Levels(LogLevel.INFO, LogLevel.WARN)))));
      InvokeResult result = house.invoke();
      assertThat(new String(result.payload(), StandardCharsets.UTF_8))
          .isEqualTo(
              "{\"errorType\":\"Extension.Crash\",\"errorMessage\":\"RequestId: %s Error: exit status 3\"}"
                  .formatted(result.requestId()));
      assertThat(types(house.logged()))
          .containsExactly("initRuntimeDone", "initReport", "runtimeDone", "report");
      assertThat(house.logged()).contains("\"errorType\":\"Extension.Crash\"");
    }
  }

  @Test
  void linesOfTheFunctionAreThoseFromTheirLevelOn() {
    String text =
        "{\"level\":\"DEBUG\",\"message\":\"one\"}\nplain\n{\"level\":\"error\",\"message\":\"two\"}\n"
            + "{\"message\":\"no level\"}\n{\"level\":\"INFO\",\"long\":\""
            + "x".repeat(200_000)
            + "\"}\n{\"level\":\"WARN\",\"long\":\""
            + "y".repeat(200_000)
            + "\"}\n";
    try (DispatchHarness house =
        house(LogLevel.WARN, LogLevel.WARN, new Writer(text, DispatchHarness.success("1")))) {
      InvokeResult result = house.invoke();
      String logged = house.logged();
      assertThat(logged)
          .doesNotContain("one")
          .doesNotContain("no level")
          .doesNotContain("xx")
          .startsWith("plain\n{\"level\":\"error\",\"message\":\"two\"}\n{\"level\":\"WARN\"")
          .endsWith("y\"}\n");
      assertThat(new String(result.logTail(), StandardCharsets.UTF_8)).endsWith("y\"}\n");
    }
  }

  @Test
  void variablesTellTheRuntime() {
    try (DispatchHarness house =
        house(LogLevel.ERROR, LogLevel.INFO, writer(DispatchHarness.success("1")))) {
      house.invoke();
      assertThat(house.sandbox.started.getFirst().spec.environment())
          .containsEntry("AWS_LAMBDA_LOG_FORMAT", "JSON")
          .containsEntry("AWS_LAMBDA_LOG_LEVEL", "ERROR");
    }
  }
}
