package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The jail with control groups of version 2, which most machines have, whatever this one has: the
 * script {@code cgroup2/tests} runs this module's tests in a guest.
 */
@Execution(ExecutionMode.CONCURRENT)
final class TestGuest {
  @Test
  void jailsHoldUnderVersionTwoOfControlGroups() throws IOException, InterruptedException {
    Process guest =
        new ProcessBuilder(
                List.of(
                    Path.of("cgroup2", "run").toAbsolutePath().toString(),
                    Path.of("cgroup2", "tests").toAbsolutePath().toString(),
                    System.getProperty("java.home"),
                    System.getProperty("java.class.path")))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(guest.getInputStream(), StandardCharsets.UTF_8))) {
      output.lines().forEach(System.out::println);
    } finally {
      guest.destroy();
    }
    assertThat(guest.waitFor()).as("the guest's status; its words are above").isZero();
  }
}
