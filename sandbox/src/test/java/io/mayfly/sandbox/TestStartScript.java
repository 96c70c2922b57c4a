package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start script in the machine's real shells. */
final class TestStartScript {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"/bin/sh", "/bin/bash"})
  void everyValueReachesTheProgramUnchanged(String shell) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("QUOTES", "'\"`$(id)\\ \n\t*");
    environment.put("UNICODE", "üñ€𝄞");
    environment.put("EMPTY", "");
    environment.put("OPTIND", "x");
    environment.put("UID", "12");
    environment.put("IFS", "abc");
    environment.put("PATH", "/nowhere");
    environment.put("_HANDLER", "app.handler");
    assertThat(run(shell, StartScript.of(List.of("/usr/bin/env", "-0"), environment)))
        .containsAllEntriesOf(environment)
        .doesNotContainKeys("PWD", "OLDPWD");
  }

  @Test
  void argumentsReachTheProgramUnchanged() throws IOException {
    List<String> command = List.of("/usr/bin/printf", "%s|", "a b", "'", "$HOME", "");
    assertThat(output("/bin/sh", StartScript.of(command, Map.of()))).isEqualTo("a b|'|$HOME||");
  }

  private Map<String, String> run(String shell, String script) throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String entry : output(shell, script).split("\0", -1)) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        variables.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return variables;
  }

  private String output(String shell, String script) throws IOException {
    Path file = Files.writeString(folder.resolve("start"), script);
    ProcessBuilder builder = new ProcessBuilder(shell, file.toString());
    builder.environment().clear();
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
