package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions' logs through the command line. */
final class TestLogs {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();

  @Test
  void logsShowWhatAFunctionWroteAndItsCalls() {
    FUNCTIONS.deployPython("logs-show", "def handler(event, context): print('said', event)\n");
    FUNCTIONS.invoke("logs-show", "1");
    FUNCTIONS.invoke("logs-show", "2");
    MAYFLY.awaitLog("logs-show", "said 2");
    List<String> lines = Distribution.cli(MAYFLY, "logs", "logs-show").ok().out().lines().toList();
    assertThat(lines).contains("said 1", "said 2");
    assertThat(lines.stream().filter(line -> line.startsWith("START RequestId: "))).hasSize(2);
    assertThat(lines.stream().filter(line -> line.startsWith("REPORT RequestId: "))).hasSize(2);
    Ran unknown = Distribution.cli(MAYFLY, "logs", "logs-none");
    assertThat(unknown.status()).isNotZero();
    assertThat(unknown.err()).contains("logs-none");
    FUNCTIONS.delete(List.of("logs-show"));
  }

  @Test
  void followGoesOnWithWhatComes() throws IOException {
    FUNCTIONS.deployPython("logs-follow", "def handler(event, context): print('said', event)\n");
    FUNCTIONS.invoke("logs-follow", "1");
    ProcessBuilder builder =
        new ProcessBuilder(Distribution.cliCommand("logs", "-f", "logs-follow"));
    builder.environment().put("MAYFLY_DATA", MAYFLY.data().toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process follower = builder.start();
    try (BufferedReader lines = follower.inputReader()) {
      readTo(lines, "said 1");
      FUNCTIONS.invoke("logs-follow", "2");
      readTo(lines, "said 2");
    } finally {
      follower.destroyForcibly();
    }
    FUNCTIONS.delete(List.of("logs-follow"));
  }

  @Test
  void environmentAndRuntimesAreListed() {
    String exports = Distribution.cli(MAYFLY, "env").ok().out();
    assertThat(exports)
        .contains("export AWS_ENDPOINT_URL='%s'\n".formatted(MAYFLY.endpoint()))
        .contains("export AWS_ACCESS_KEY_ID='%s'\n".formatted(MAYFLY.accessKey()));
    assertThat(Distribution.cli(MAYFLY, "runtimes").ok().out()).contains("provided.al2023");
  }

  static void readTo(BufferedReader lines, String expected) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(expected)) {
        return;
      }
    }
    throw new AssertionError("the log ended before '" + expected + "'");
  }
}
