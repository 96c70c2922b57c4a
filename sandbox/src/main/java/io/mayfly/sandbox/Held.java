package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.Limits;

/** The limits around one instance's processes. */
final class Held implements Containment {
  private final Launcher.Started process;
  private final Cgroups.Cgroup cgroup;
  private final EventCounter alarm;
  private final Undo undo;
  private volatile DataSize memory;

  Held(
      Launcher.Started process,
      Cgroups.Cgroup cgroup,
      EventCounter alarm,
      Undo undo,
      DataSize memory) {
    this.process = process;
    this.cgroup = cgroup;
    this.alarm = alarm;
    this.undo = undo;
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
    cgroup.limitCpu(cpus(memory));
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
  public void kill() {
    // The group has everything in it but a process that has not joined yet.
    Posix.signal(process.processDescriptor(), Posix.SIGKILL);
    cgroup.kill();
  }

  @Override
  public void release() {
    undo.run();
  }

  /** An instance's share: a whole CPU for every 1,769 MB. */
  private static double cpus(DataSize memory) {
    return (double) memory.bytes() / Limits.MEMORY_PER_CPU.bytes();
  }
}
