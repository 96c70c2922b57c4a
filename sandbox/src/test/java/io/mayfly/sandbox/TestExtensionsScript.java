package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that stays, in the machine's real shells. */
final class TestExtensionsScript {
  private static String[] shell(String program) {
    return new String[] {
      "/bin/sh",
      "-c",
      "exec %s %d>&1 %d>/dev/null"
          .formatted(program, ExtensionsScript.REPORT_FD, ExtensionsScript.OUTPUT_FD)
    };
  }

  private static List<String> output(String program, String script) throws IOException {
    Process shell = new ProcessBuilder(shell(program)).redirectErrorStream(true).start();
    try (OutputStream input = shell.getOutputStream()) {
      input.write(script.getBytes(StandardCharsets.UTF_8));
    }
    try (BufferedReader output = shell.inputReader()) {
      return output.lines().toList();
    }
  }

  @Test
  void aShellThatReadsNothingIsNotWaitedFor() {
    Posix.Pipe pipe = Posix.pipe();
    try (ScriptPipe script = new ScriptPipe(pipe.writeEnd())) {
      script.write("a part\n");
      script.waitForNobody();
      assertThatThrownBy(() -> script.write("#".repeat(10_000_000)))
          .isInstanceOfSatisfying(
              PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
    } finally {
      Posix.close(pipe.readEnd());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/sh", "/bin/bash"})
  void nothingStartsBeforeAllIsRead(String program) throws IOException {
    String script =
        ExtensionsScript.extensions(List.of("nowhere", "nowhere either"), Map.of("A", "b"));
    assertThat(output(program, script + "wait\n")).containsExactlyInAnyOrder("e 0 127", "e 1 127");
    assertThat(script).endsWith("}\n");
    assertThat(output(program, script.substring(0, script.length() - 2)))
        .noneMatch(line -> line.startsWith("e "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/sh", "/bin/bash"})
  void whatTheFunctionCallsItsVariablesDoesNotHideTheRuntimesEnd(String program)
      throws IOException {
    Map<String, String> environment = Map.of("IFS", "0123456789");
    String script =
        ExtensionsScript.extensions(List.of(), environment)
            + ExtensionsScript.runtime(List.of("/bin/sh", "-c", "exit 7"), environment);
    assertThat(output(program, script))
        .satisfiesExactly(
            line -> assertThat(line).matches("p [0-9]+"),
            line -> assertThat(line).isEqualTo("r 7"));
  }
}
