package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * That a sandbox on a machine with control groups of version 2 uses them, where it shall, and that
 * they hold: run by {@link TestGuest} with the platform started in several places.
 *
 * <p>The property {@code mayfly.test.parent} says in which group the platform's own has to be.
 */
@Tag("guest")
final class TestVersionTwo extends JailedTest {
  private final Path parent = Path.of(System.getProperty("mayfly.test.parent"));

  /** The groups of instances that are there now. */
  private List<Path> groups() {
    String platform = new SandboxConfig(data, Isolation.JAIL).platformName();
    return CgroupFiles.children(parent.resolve(platform));
  }

  @Test
  void groupsAreWhereTheyShallBeAndGoWithTheirInstances() {
    assertThat(Path.of("/sys/fs/cgroup/cgroup.controllers")).exists();
    Instance instance =
        jails
            .python(
                """
                import time
                def handler(seconds):
                  time.sleep(seconds)
                  return seconds
                """)
            .memory(128)
            .ready();
    assertThat(groups()).hasSize(1);
    Path group = groups().getFirst();
    assertThat(CgroupFiles.read(group.resolve("cgroup.procs")).lines().count())
        .isGreaterThanOrEqualTo(3);
    assertThat(group.resolve("memory.max")).hasContent("134217728");
    assertThat(group.resolve("memory.swap.max")).hasContent("0");
    assertThat(group.resolve("memory.oom.group")).hasContent("1");
    assertThat(group.resolve("pids.max")).hasContent("1024");
    assertThat(answer(invoke(instance, "2"))).isEqualTo("2");
    assertThat(group.resolve("cpu.max")).hasContent("1447 20000");
    assertThat(instance.peakMemory()).isBetween(DataSize.ofMegabytes(1), DataSize.ofMegabytes(128));
    ((ProcessInstance) instance).stopAndWait();
    assertThat(groups()).isEmpty();
  }

  @Test
  void aLimitOfAGroupAboveTheInstancesIsWhatTheyHave() {
    DataSize limit = DataSize.ofMegabytes(200);
    Instance instance =
        jails.python("x = b'x' * (50 << 20)\nhandler = lambda event: event").memory(128).ready();
    String platform = new SandboxConfig(data, Isolation.JAIL).platformName();
    Path file = parent.resolve(platform).resolve("memory.max");
    assertThat(jails.sandbox.memory().total()).isGreaterThan(limit);
    CgroupFiles.write(file, Long.toString(limit.bytes()));
    try {
      MemoryState state = jails.sandbox.memory();
      assertThat(state.total()).isEqualTo(limit);
      assertThat(state.available()).isBetween(DataSize.ofMegabytes(20), DataSize.ofMegabytes(150));
    } finally {
      CgroupFiles.write(file, "max");
      instance.stop();
    }
  }

  @Test
  void thePlatformIsInALeafOfTheGroupThatWasDelegated() {
    boolean top = !parent.resolve("cgroup.type").toFile().exists();
    String own = CgroupFiles.read(Path.of("/proc/self/cgroup"));
    assertThat(own.endsWith("/mayfly-processes")).isEqualTo(!top);
    if (!top) {
      assertThat(CgroupFiles.read(parent.resolve("cgroup.procs"))).isEmpty();
    }
  }

  @Test
  void memoryThatAChildUsesUpEndsTheInstance() {
    Instance instance =
        jails
            .python(
                """
                import os
                def handler(event):
                  child = os.fork()
                  if child == 0:
                    bytearray(300 << 20)
                    os._exit(0)
                  os.waitpid(child, 0)
                  return "survived"
                """)
            .memory(128)
            .ready();
    assertThat(invoke(instance, "null")).isEqualTo(new Outcome.OutOfMemory());
  }

  @Test
  void processesAboveTheLimitAreRefused() {
    Instance instance =
        jails
            .python(
                """
                import os, time
                def handler(event):
                  made = 0
                  try:
                    while made < 100:
                      if os.fork() == 0: time.sleep(1000)
                      made += 1
                  except OSError as problem:
                    return [problem.errno, made]
                """)
            .ready();
    // Fewer than usual, since a thousand take long under emulation.
    CgroupFiles.write(groups().getFirst().resolve("pids.max"), "13");
    // Besides the children there are bwrap's two processes and the runtime.
    assertThat(answer(invoke(instance, "null"))).isEqualTo("[11, 10]");
    instance.stop();
  }

  @Test
  void timeoutKillsWhatTheHandlerHasStarted() {
    Instance instance =
        jails
            .python(
                """
                import os, time
                def handler(event):
                  for each in range(3):
                    if os.fork() == 0:
                      os.setsid()
                      os.fork()
                  time.sleep(1000)
                """)
            .ready();
    assertThat(invoke(instance, "null", Duration.ofSeconds(2))).isEqualTo(new Outcome.TimedOut());
    ((ProcessInstance) instance).stopAndWait();
    assertThat(groups()).isEmpty();
  }
}
