package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a handler gets of memory, processes, disk and CPU, and that it gets no more. */
class TestJailLimits extends JailedTest {
  /** bubblewrap's two. */
  int jailsOwnProcesses() {
    return 2;
  }

  @Test
  void handlerThatUsesMoreMemoryThanItHasIsOutOfMemory() {
    Instance instance =
        jails.python("handler = lambda size: len(bytearray(size << 20))").memory(128).ready();
    assertThat(answer(invoke(instance, "64"))).isEqualTo(Integer.toString(64 << 20));
    assertThat(instance.peakMemory())
        .isBetween(DataSize.ofMegabytes(64), DataSize.ofMegabytes(128));
    assertThat(invoke(instance, "200")).isEqualTo(new Outcome.OutOfMemory());
    assertThat(instance.usable()).isFalse();
  }

  @Test
  void memoryThatAChildUsesUpEndsTheWholeInstance() {
    Instance instance =
        jails
            .python(
                """
                import subprocess, time
                def handler(event):
                  subprocess.run(["python3", "-c", "x = bytearray(300 << 20)"])
                  # The kernel tells of it while it kills; an answer at once could come before.
                  time.sleep(20)
                  return "survived"
                """)
            .memory(128)
            .ready();
    assertThat(invoke(instance, "null")).isEqualTo(new Outcome.OutOfMemory());
  }

  @Test
  void instancesAreTheFirstToGoWhenTheMachineRunsOutOfMemory() {
    Instance instance =
        jails
            .python("handler = lambda event: open('/proc/self/oom_score_adj').read().strip()")
            .ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("\"1000\"");
  }

  @Test
  void whatIsStoredInTmpIsNotMemory() {
    Instance instance =
        jails
            .python(
                """
                def handler(megabytes):
                  with open("/tmp/large", "wb") as file:
                    for each in range(megabytes): file.write(b"x" * (1 << 20))
                  return "stored"
                """)
            .memory(128)
            .ready();
    assertThat(answer(invoke(instance, "400"))).isEqualTo("\"stored\"");
  }

  @Test
  void tmpIsAsLargeAsAskedForAndNoLarger() {
    Instance instance =
        jails
            .python(
                """
                def handler(event):
                  written = 0
                  try:
                    with open("/tmp/large", "wb", buffering=0) as file:
                      while True: written += file.write(b"x" * (1 << 16))
                  except OSError as problem:
                    return [problem.errno, written >> 20]
                """)
            .storage(64)
            .ready();
    assertThat(answer(invoke(instance, "null"))).matches("\\[28, 6[4-7]\\]");
  }

  @Test
  void forkBombIsContained() {
    Instance instance =
        jails
            .python(
                """
                import os, time
                def handler(event):
                  made = 0
                  while made < 2000:
                    try:
                      if os.fork() == 0:
                        time.sleep(1000)
                      made += 1
                    except OSError as problem:
                      return [problem.errno, made]
                """)
            .memory(1024)
            .ready();
    // Besides the children there are the jail's own processes and the runtime.
    assertThat(answer(invoke(instance, "null")))
        .isEqualTo("[11, " + (Limits.PROCESSES - jailsOwnProcesses() - 1) + "]");
    Instance other = jails.python("handler = lambda event: event").ready();
    assertThat(answer(invoke(other, "1"))).isEqualTo("1");
  }

  @Test
  void filesOfAProcessAreLimited() {
    Instance instance =
        jails
            .python(
                """
                def handler(event):
                  files = []
                  try:
                    while True: files.append(open("/dev/null"))
                  except OSError as problem:
                    return [problem.errno, len(files) > 1000, len(files) < 1024]
                """)
            .ready();
    assertThat(answer(invoke(instance, "null"))).isEqualTo("[24, true, true]");
  }

  @Test
  void cpuShareFollowsMemory() {
    Instance instance =
        jails
            .python(
                """
                import time
                def handler(seconds):
                  end = time.monotonic() + seconds
                  while time.monotonic() < end: pass
                  return time.process_time()
                """)
            .memory(128)
            .ready();
    double started = Double.parseDouble(answer(invoke(instance, "0")));
    double first = Double.parseDouble(answer(invoke(instance, "1.1")));
    double later = Double.parseDouble(answer(invoke(instance, "3")));
    // 128 of 1,769 MB: 7.2 % of a CPU; the kernel hands time out in slices and may overdraw a bit.
    assertThat((later - first) / 3).isBetween(0.03, 0.15);
    // For a second after the init it is as much as there is, which other tests use as well.
    assertThat(first - started).isGreaterThan(2 * 1.1 * 128 / 1769);
  }

  @Test
  void timeoutKillsDaemonsThatIgnoreSignals() {
    Instance instance =
        jails
            .python(
                """
                import os, signal, time
                def handler(event):
                  if os.fork() == 0:
                    os.setsid()
                    if os.fork() != 0: os._exit(0)
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    signal.signal(signal.SIGHUP, signal.SIG_IGN)
                    os.write(1, b"daemon runs\\n")
                    os.execvp("sleep", ["mayfly-test-daemon", "1000"])
                  time.sleep(1000)
                """)
            .ready();
    assertThat(invoke(instance, "null", Duration.ofSeconds(1))).isEqualTo(new Outcome.TimedOut());
    ((ProcessInstance) instance).stopAndWait();
    assertThat(
            ProcessHandle.allProcesses()
                .map(process -> process.info().command().orElse("") + process.info())
                .filter(text -> text.contains("mayfly-test-daemon")))
        .isEmpty();
  }

  @Test
  void daemonOfAFinishedRuntimeDiesWithIt() {
    JailHarness.Function function = jails.shell("sleep 987654 & exit 0");
    Instance instance = function.start();
    assertThat(instance.awaitReady(Duration.ofSeconds(30))).contains(new Outcome.Exited(0, false));
    ((ProcessInstance) instance).stopAndWait();
    assertThat(
            ProcessHandle.allProcesses()
                .map(process -> process.info().toString())
                .filter(text -> text.contains("987654")))
        .isEmpty();
  }
}
