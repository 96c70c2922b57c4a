package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The limits around one instance's processes. Of the CPU it has what an init gets, and goes on to
 * have it for a moment after its init, because a first call still loads and compiles code; from
 * then on it has the share that goes with its memory.
 */
final class Held implements Containment {
  /** How long after the init. A call that takes longer is none that a burst would help. */
  private static final Duration BURST = Duration.ofSeconds(1);

  private static final System.Logger LOG = System.getLogger(Held.class.getName());

  private final Launcher.Started process;
  private final Cgroups.Cgroup cgroup;
  private final EventCounter alarm;
  private final Undo undo;
  private final ScheduledExecutorService timer;
  private volatile DataSize memory;
  private volatile Optional<Future<?>> burst = Optional.empty();

  Held(
      Launcher.Started process,
      Cgroups.Cgroup cgroup,
      EventCounter alarm,
      Undo undo,
      ScheduledExecutorService timer,
      DataSize memory) {
    this.process = process;
    this.cgroup = cgroup;
    this.alarm = alarm;
    this.undo = undo;
    this.timer = timer;
    this.memory = memory;
  }

  Launcher.Started process() {
    return process;
  }

  Cgroups.Cgroup cgroup() {
    return cgroup;
  }

  /** Changes how much memory they may use, and with it their share of the CPU. */
  void limitMemory(DataSize limit) {
    cgroup.limitMemory(limit);
    memory = limit;
  }

  @Override
  public void ready() {
    burst = Optional.of(timer.schedule(this::limitCpu, BURST.toNanos(), TimeUnit.NANOSECONDS));
  }

  private void limitCpu() {
    try {
      cgroup.limitCpu(cpus(memory));
    } catch (MayflyException gone) {
      // The instance ended before its burst did, and its group with it.
      LOG.log(System.Logger.Level.DEBUG, "no CPU share for an instance: {0}", gone.getMessage());
    }
  }

  @Override
  public void freeze() {
    cgroup.freeze();
  }

  @Override
  public void thaw() {
    cgroup.thaw();
  }

  @Override
  public DataSize peakMemory() {
    return cgroup.peakMemory();
  }

  @Override
  public boolean memoryAlarm() {
    return alarm.raised();
  }

  @Override
  public boolean ranOutOfMemory() {
    return cgroup.ranOutOfMemory();
  }

  @Override
  public void terminate(int pid) {
    for (int process : cgroup.processes()) {
      try {
        int descriptor = Posix.processDescriptor(process);
        try {
          // Compared now: the descriptor stays that process's, and its number may not.
          if (inside(process) == pid) {
            Posix.signal(descriptor, Posix.SIGTERM);
          }
        } finally {
          Posix.close(descriptor);
        }
      } catch (PosixException e) {
        LOG.log(System.Logger.Level.DEBUG, "process {0} has ended by itself", process);
      }
    }
  }

  /** What number a process has in the innermost namespace; -1 if it is gone. */
  private static int inside(int process) {
    Path status = Path.of("/proc", Integer.toString(process), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("NSpid:"))
          .map(line -> line.split("\\s+"))
          // One that lives outside of the jail has no number of its own there.
          .filter(words -> words.length > 2)
          .mapToInt(words -> Integer.parseInt(words[words.length - 1]))
          .findFirst()
          .orElse(-1);
    } catch (IOException | UncheckedIOException e) {
      return -1;
    }
  }

  @Override
  public void kill() {
    // The group has everything in it but a process that has not joined yet.
    Posix.signal(process.processDescriptor(), Posix.SIGKILL);
    cgroup.kill();
  }

  @Override
  public void release() {
    burst.ifPresent(end -> end.cancel(false));
    undo.run();
  }

  /** An instance's share: a whole CPU for every 1,769 MB. */
  private static double cpus(DataSize memory) {
    return (double) memory.bytes() / Limits.MEMORY_PER_CPU.bytes();
  }
}
