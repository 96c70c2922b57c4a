package io.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TestRunningPlatform {
  @TempDir Path folder;

  /** Holds a data directory's lock as a platform does, until its input ends. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (FileChannel channel =
          FileChannel.open(
              Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        System.out.println(channel.lock().isValid());
        System.in.readAllBytes();
      }
    }
  }

  private Process holder() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.resolve("lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("true");
    return process;
  }

  private void writeFiles(long pid) throws IOException {
    Files.writeString(
        folder.resolve("server"),
        "pid=%d\nurl=http://127.0.0.1:9000\nregion=eu-west-1\n".formatted(pid));
    Files.writeString(
        folder.resolve("credentials"),
        "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = it's\\x=1\n");
  }

  private String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      assertThat(new CommandLine(new Main()).execute(arguments)).isZero();
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void envPrintsExportsThatAShellReadsAsTheyWereMeant() throws Exception {
    Process process = holder();
    try {
      writeFiles(process.pid());
      String exports = run("env", "--data", folder.toString());
      Process shell =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "AWS_SESSION_TOKEN=old; AWS_PROFILE=old; eval \"$1\"; echo \"$AWS_ENDPOINT_URL $AWS_REGION $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID\"; printf '%s\\n' \"$AWS_SECRET_ACCESS_KEY\"; echo \"[$AWS_SESSION_TOKEN$AWS_PROFILE]\"",
                  "sh",
                  exports)
              .start();
      assertThat(shell.inputReader(StandardCharsets.UTF_8).lines().toList())
          .containsExactly(
              "http://127.0.0.1:9000 eu-west-1 eu-west-1 AKIDEXAMPLE", "it's\\x=1", "[]");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFileLeftByACrashNamesNoPlatformEvenIfItsNumberIsAnothersNow() throws Exception {
    writeFiles(ProcessHandle.current().pid());
    Process crashed = holder();
    crashed.destroyForcibly().waitFor();
    assertThat(RunningPlatform.find(folder)).isEmpty();
    assertThat(run("down", "--data", folder.toString())).startsWith("No platform runs on ");
  }

  @Test
  void downStopsTheProcessThatHoldsTheDirectory() throws Exception {
    Process process = holder();
    try {
      writeFiles(process.pid());
      assertThat(run("down", "--data", folder.toString())).isEqualTo("Mayfly has stopped.\n");
      assertThat(process.isAlive()).isFalse();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void anEmptyDirectoryHasNoPlatform() {
    assertThat(RunningPlatform.find(folder)).isEmpty();
    assertThatThrownBy(() -> RunningPlatform.require(folder))
        .isInstanceOf(CliException.class)
        .hasMessageContainingAll("no platform runs on", "mayfly up");
  }

  @Test
  void anErrorsMessageIsShownAndAnythingElseAsItCame() {
    assertThat(Messages.of(404, "{\"message\":\"no such function\"}"))
        .isEqualTo("no such function");
    assertThat(Messages.of(502, "<html>")).isEqualTo("status 502: <html>");
    assertThat(Messages.of(500, "{}")).isEqualTo("status 500: {}");
  }
}
