package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Control groups of version 1: one tree per controller. Follows the kernel's
 * Documentation/admin-guide/cgroup-v1.
 */
final class CgroupsV1 implements Cgroups {
  private static final List<String> CONTROLLERS =
      List.of("memory", "cpu", "cpuacct", "pids", "freezer");

  private final Path mount;
  private final String platform;

  /**
   * @param mount where the controllers are mounted, usually {@code /sys/fs/cgroup}
   * @param platform the name of this platform's folder in each of them
   */
  CgroupsV1(Path mount, String platform) {
    this.mount = mount;
    this.platform = platform;
  }

  /** The controllers that this module needs and cannot use under {@code mount}. */
  static List<String> missing(Path mount) {
    return CONTROLLERS.stream().filter(name -> !Files.isWritable(mount.resolve(name))).toList();
  }

  @Override
  public Cgroup create(String name, DataSize memory) {
    Group group = new Group(name);
    for (String controller : CONTROLLERS) {
      CgroupFiles.makeFolder(group.folder(controller));
    }
    group.limitMemory(memory);
    CgroupFiles.write(group.file("memory", "memory.swappiness"), "0");
    CgroupFiles.write(group.file("pids", "pids.max"), Integer.toString(Limits.PROCESSES));
    CgroupFiles.write(
        group.file("cpu", "cpu.cfs_period_us"), Long.toString(CPU_PERIOD.toNanos() / 1000));
    group.limitCpu(INIT_CPUS);
    return group;
  }

  @Override
  public List<MemoryGauge.Group> holders() {
    return List.of(
        MemoryGauge.Group.versionOne(folder("memory")),
        MemoryGauge.Group.versionOne(mount.resolve("memory")));
  }

  @Override
  public void removeLeftovers() {
    for (Path folder : CgroupFiles.children(folder("freezer"))) {
      new Group(name(folder)).kill();
    }
    for (String controller : CONTROLLERS) {
      for (Path folder : CgroupFiles.children(folder(controller))) {
        Reaping.untilGone(new Group(name(folder)));
      }
    }
  }

  @Override
  public void close() {
    for (String controller : CONTROLLERS) {
      CgroupFiles.remove(folder(controller));
    }
  }

  private Path folder(String controller) {
    return mount.resolve(controller).resolve(platform);
  }

  private static String name(Path folder) {
    return String.valueOf(folder.getFileName());
  }

  private final class Group implements Cgroup {
    private final String name;
    private @Nullable NumberFile peak;
    private boolean removing;

    Group(String name) {
      this.name = name;
    }

    Path folder(String controller) {
      return CgroupsV1.this.folder(controller).resolve(name);
    }

    Path file(String controller, String file) {
      return folder(controller).resolve(file);
    }

    @Override
    public List<Path> joinFiles() {
      List<Path> files = new ArrayList<>();
      for (String controller : CONTROLLERS) {
        files.add(file(controller, "cgroup.procs"));
      }
      return files;
    }

    Path limitWithSwap() {
      return file("memory", "memory.memsw.limit_in_bytes");
    }

    @Override
    public void limitMemory(DataSize memory) {
      String bytes = Long.toString(memory.bytes());
      Path limit = file("memory", "memory.limit_in_bytes");
      // The limit with swap may at no time be the lower one.
      boolean raises = CgroupFiles.number(limit, 0) < memory.bytes();
      if (raises && Files.exists(limitWithSwap())) {
        CgroupFiles.write(limitWithSwap(), bytes);
      }
      CgroupFiles.write(limit, bytes);
      if (!raises && Files.exists(limitWithSwap())) {
        CgroupFiles.write(limitWithSwap(), bytes);
      }
    }

    @Override
    public void background(boolean background) {
      CgroupFiles.write(file("cpu", "cpu.shares"), background ? "2" : "1024");
    }

    @Override
    public List<Integer> processes() {
      return CgroupFiles.numbers(file("freezer", "cgroup.procs"));
    }

    @Override
    public void limitCpu(double cpus) {
      long quota = Math.max(1000, Math.round(cpus * CPU_PERIOD.toNanos() / 1000));
      CgroupFiles.write(file("cpu", "cpu.cfs_quota_us"), Long.toString(quota));
    }

    @Override
    public synchronized DataSize peakMemory() {
      if (removing) {
        return new DataSize(0);
      }
      if (peak == null) {
        peak = new NumberFile(file("memory", "memory.max_usage_in_bytes"));
      }
      return new DataSize(peak.read());
    }

    @Override
    public Duration cpuTime() {
      return Duration.ofNanos(CgroupFiles.number(file("cpuacct", "cpuacct.usage"), 0));
    }

    @Override
    public boolean ranOutOfMemory() {
      return CgroupFiles.field(file("memory", "memory.oom_control"), "oom_kill") > 0;
    }

    @Override
    public void notifyOutOfMemory(int eventCounter) {
      int control = Posix.open(file("memory", "memory.oom_control").toString(), Posix.O_RDONLY);
      try {
        CgroupFiles.write(file("memory", "cgroup.event_control"), eventCounter + " " + control);
      } finally {
        Posix.close(control);
      }
    }

    @Override
    public void freeze() {
      Path state = file("freezer", "freezer.state");
      CgroupFiles.write(state, "FROZEN");
      // A process that is just being made can keep the state at FREEZING; asking again moves it on.
      Reaping.poll(
          () -> {
            if (CgroupFiles.read(state).equals("FROZEN")) {
              return true;
            }
            CgroupFiles.write(state, "FROZEN");
            return false;
          });
    }

    @Override
    public void thaw() {
      CgroupFiles.write(file("freezer", "freezer.state"), "THAWED");
    }

    @Override
    public void kill() {
      if (!Files.isDirectory(folder("freezer"))) {
        return;
      }
      CgroupFiles.killAll(file("freezer", "cgroup.procs"));
      thaw();
    }

    @Override
    public synchronized boolean remove() {
      removing = true;
      if (peak != null) {
        peak.close();
      }
      boolean gone = true;
      for (String controller : CONTROLLERS) {
        gone &= CgroupFiles.remove(folder(controller));
      }
      return gone;
    }
  }
}
