package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Control groups: those of this machine, whichever version it has, and version 2 as files that the
 * kernel would offer.
 */
final class TestCgroups {
  @TempDir Path folder;

  private static final Path MOUNT = Path.of("/sys/fs/cgroup");

  /** This machine's groups. */
  private static Cgroups real(String platform) {
    if (Files.exists(MOUNT.resolve("cgroup.controllers"))) {
      String own = CgroupFiles.read(Path.of("/proc/self/cgroup"));
      return new CgroupsV2(CgroupsV2.parent(MOUNT, own), platform);
    }
    return new CgroupsV1(MOUNT, platform);
  }

  private static void join(Cgroups.Cgroup group, Process process) {
    group.joinFiles().forEach(file -> CgroupFiles.write(file, Long.toString(process.pid())));
  }

  @Test
  void frozenProcessesStandStillUntilTheyAreThawed() throws IOException, InterruptedException {
    Cgroups cgroups = real("mayfly-test-freeze");
    Cgroups.Cgroup group = cgroups.create("one", DataSize.ofMegabytes(64));
    Process busy = new ProcessBuilder("/bin/sh", "-c", "while :; do :; done").start();
    try {
      join(group, busy);
      assertThat(Reaping.poll(() -> group.cpuTime().toMillis() > 20)).isTrue();
      group.freeze();
      Duration frozen = group.cpuTime();
      assertThat(busy.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(group.cpuTime()).isEqualTo(frozen);
      group.thaw();
      assertThat(Reaping.poll(() -> group.cpuTime().compareTo(frozen) > 0)).isTrue();
      group.freeze();
      group.kill();
      assertThat(busy.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      busy.destroyForcibly();
      Reaping.untilGone(group);
      cgroups.close();
    }
    assertThat(group.joinFiles())
        .extracting(file -> file.resolve("../..").normalize())
        .noneMatch(Files::exists);
  }

  @Test
  void leftoversAreKilledEvenIfFrozen() throws IOException, InterruptedException {
    Cgroups cgroups = real("mayfly-test-leftovers");
    Cgroups.Cgroup group = cgroups.create("one", DataSize.ofMegabytes(64));
    Process sleeper = new ProcessBuilder("sleep", "1000").start();
    try {
      join(group, sleeper);
      group.freeze();
      real("mayfly-test-leftovers").removeLeftovers();
      assertThat(sleeper.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(group.joinFiles()).noneMatch(Files::exists);
    } finally {
      sleeper.destroyForcibly();
      cgroups.close();
    }
  }

  /** The files of a group of version 2, which the kernel makes with its folder. */
  private static void offer(Path group, Map<String, String> files) throws IOException {
    Files.createDirectories(group);
    for (Map.Entry<String, String> entry : files.entrySet()) {
      Files.writeString(group.resolve(entry.getKey()), entry.getValue());
    }
  }

  @Test
  void versionTwoWritesWhatTheKernelsDocumentAsksFor() throws IOException {
    offer(folder, Map.of("cgroup.subtree_control", "memory\n", "cgroup.procs", ""));
    Path platform = folder.resolve("mayfly-x");
    offer(platform, Map.of("cgroup.subtree_control", "\n"));
    Path one = platform.resolve("one");
    offer(one, Map.of("memory.swap.max", "max", "cgroup.kill", ""));

    Cgroups.Cgroup group =
        new CgroupsV2(folder, "mayfly-x").create("one", DataSize.ofMegabytes(128));
    assertThat(folder.resolve("cgroup.subtree_control")).hasContent("+cpu +pids");
    assertThat(platform.resolve("cgroup.subtree_control")).hasContent("+memory +cpu +pids");
    assertThat(one.resolve("memory.max")).hasContent("134217728");
    assertThat(one.resolve("memory.swap.max")).hasContent("0");
    assertThat(one.resolve("memory.oom.group")).hasContent("1");
    assertThat(one.resolve("pids.max")).hasContent("1024");
    assertThat(one.resolve("cpu.max")).hasContent("40000 20000");
    group.limitCpu(128.0 / 1769);
    assertThat(one.resolve("cpu.max")).hasContent("1447 20000");
    group.kill();
    assertThat(one.resolve("cgroup.kill")).hasContent("1");
    assertThat(group.joinFiles()).containsExactly(one.resolve("cgroup.procs"));
  }

  @Test
  void versionTwoGoesToTheTopUnlessAGroupWasDelegated() throws IOException {
    Path service = folder.resolve("system.slice/mayfly.service");
    Files.createDirectories(service.resolve("mayfly-processes"));
    String own = "0::/system.slice/mayfly.service\n";
    Files.writeString(folder.resolve("cgroup.procs"), "");
    assertThat(CgroupsV2.parent(folder, own)).isEqualTo(folder);
    Files.delete(folder.resolve("cgroup.procs"));
    assertThat(CgroupsV2.parent(folder, own)).isEqualTo(service);
    assertThat(CgroupsV2.parent(folder, "0::/system.slice/mayfly.service/mayfly-processes\n"))
        .isEqualTo(service);
    assertThat(CgroupsV2.parent(folder, "0::/../../elsewhere\n")).isEqualTo(folder);
    assertThat(CgroupsV2.parent(folder, "4:memory:/x\n")).isEqualTo(folder);
  }

  @Test
  void versionTwoReadsWhatTheKernelReports() throws IOException {
    offer(folder, Map.of("cgroup.subtree_control", "memory cpu pids"));
    offer(folder.resolve("p"), Map.of("cgroup.subtree_control", "memory cpu pids"));
    Path one = folder.resolve("p/one");
    offer(
        one,
        Map.of(
            "memory.peak", "4096\n",
            "cpu.stat", "usage_usec 1500\nuser_usec 1000\n",
            "memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 0\noom_group_kill 0\n"));
    Cgroups.Cgroup group = new CgroupsV2(folder, "p").create("one", DataSize.ofMegabytes(1));
    assertThat(group.peakMemory()).isEqualTo(new DataSize(4096));
    assertThat(group.cpuTime()).isEqualTo(Duration.ofNanos(1_500_000));
    assertThat(group.ranOutOfMemory()).isFalse();
    Files.writeString(one.resolve("memory.events"), "oom 1\noom_kill 2\n");
    assertThat(group.ranOutOfMemory()).isTrue();
  }
}
