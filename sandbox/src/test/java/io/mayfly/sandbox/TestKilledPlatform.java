package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link TestCrash} tells, small enough for the guest of {@link TestGuest}. */
@Tag("guest")
final class TestKilledPlatform {
  @TempDir Path data;

  /** A platform with one instance, which it keeps until it is killed. */
  static final class OneInstance {
    private OneInstance() {}

    public static void main(String[] arguments) throws InterruptedException {
      JailHarness jails = new JailHarness(Path.of(arguments[0]));
      Instance instance = jails.shell("sleep 1000 & exec sleep 1000").start();
      System.out.println("running " + instance.id());
      Thread.currentThread().join();
    }
  }

  @Test
  void groupsOfAKilledPlatformGoAtTheNextStart() throws IOException, InterruptedException {
    Process platform =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                OneInstance.class.getName(),
                data.toString())
            .redirectErrorStream(true)
            .start();
    Path groups =
        Path.of(System.getProperty("mayfly.test.parent"))
            .resolve(new SandboxConfig(data, Isolation.JAIL).platformName());
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(platform.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).startsWith("running");
    } finally {
      platform.destroyForcibly().waitFor();
    }
    List<Path> left = CgroupFiles.children(groups);
    assertThat(left).hasSize(1);
    try (JailHarness next = new JailHarness(data)) {
      assertThat(CgroupFiles.children(groups)).isEmpty();
      Instance instance = next.shell("exec sleep 1000").start();
      assertThat(CgroupFiles.children(groups)).hasSize(1).doesNotContainAnyElementsOf(left);
      instance.stop();
    }
    assertThat(groups).doesNotExist();
  }
}
