package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a platform that was killed with SIGKILL: nothing, after the next start. */
final class TestCrash {
  @TempDir Path data;

  @ParameterizedTest
  @EnumSource
  void killedPlatformLeavesNothingBehind(JailHarness.Way way)
      throws IOException, InterruptedException {
    String name = new SandboxConfig(data, Isolation.JAIL).platformName();
    Set<String> spaces;
    List<ProcessHandle> started;
    Process platform =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingPlatform.class.getName(),
                data.toString(),
                way.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new java.io.InputStreamReader(platform.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).isEqualTo("running 2");
      spaces = namespaces(process -> inPlatform(process, name));
      assertThat(spaces).hasSizeGreaterThanOrEqualTo(4);
      started = platform.descendants().toList();
    } finally {
      platform.destroyForcibly();
    }
    assertThat(platform.waitFor(30, TimeUnit.SECONDS)).isTrue();

    try (JailHarness next = new JailHarness(data)) {
      assertThat(groups(name)).isEmpty();
      assertThat(processes().filter(process -> inPlatform(process, name))).isEmpty();
      // The dead stay in the process table until the machine's first process has collected them.
      Reaping.poll(() -> started.stream().noneMatch(ProcessHandle::isAlive));
      assertThat(started.stream().filter(ProcessHandle::isAlive).map(TestCrash::status).toList())
          .isEmpty();
      assertThat(started).isNotEmpty();
      // Without processes and their threads, only a mount could keep a namespace alive.
      assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
          .doesNotContain(name)
          .doesNotContain(spaces);
      Reaping.poll(() -> loopDevices().isEmpty());
      assertThat(loopDevices()).isEmpty();
      Instance fresh = next.python("handler = lambda event: event").ready();
      assertThat(JailHarness.answer(JailHarness.invoke(fresh, "1"))).isEqualTo("1");
    }
    assertThat(Path.of("/run", name)).doesNotExist();
  }

  private static String status(ProcessHandle process) {
    return CgroupFiles.read(Path.of("/proc", Long.toString(process.pid()), "status"));
  }

  /** The control groups of instances, in every hierarchy. */
  private static List<Path> groups(String platform) throws IOException {
    try (Stream<Path> all = Files.find(Path.of("/sys/fs/cgroup"), 3, (path, attributes) -> true)) {
      return all.filter(path -> String.valueOf(path.getParent()).endsWith(platform))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  private static Stream<Path> processes() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all
          .filter(path -> String.valueOf(path.getFileName()).matches("[0-9]+"))
          .toList()
          .stream();
    }
  }

  /** Whether a process is in a control group of the platform, or on the way into one. */
  private static boolean inPlatform(Path process, String platform) {
    try {
      return Files.readString(process.resolve("cgroup")).contains(platform)
          || Files.readString(process.resolve("cmdline")).contains(platform);
    } catch (IOException e) {
      // It has ended meanwhile.
      return false;
    }
  }

  /** Backing files of this test's data directory that a loop device still holds. */
  private List<String> loopDevices() {
    try (Stream<Path> devices = Files.list(Path.of("/sys/block"))) {
      return devices
          .map(device -> device.resolve("loop/backing_file"))
          .filter(Files::exists)
          .map(CgroupFiles::read)
          .filter(file -> file.startsWith(data.toString()))
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The network and mount namespaces of processes and their threads. */
  private static Set<String> namespaces(Predicate<Path> which) throws IOException {
    return processes()
        .filter(which)
        .flatMap(TestCrash::tasks)
        .flatMap(task -> Stream.of(task.resolve("ns/net"), task.resolve("ns/mnt")))
        .map(TestCrash::link)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Path> tasks(Path process) {
    try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
      return tasks.toList().stream();
    } catch (IOException e) {
      // It has ended meanwhile.
      return Stream.empty();
    }
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
