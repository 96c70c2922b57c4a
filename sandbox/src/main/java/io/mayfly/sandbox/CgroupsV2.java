package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Control groups of version 2: one tree for all controllers. Follows the kernel's
 * Documentation/admin-guide/cgroup-v2.rst.
 *
 * <p>The platform's folder holds no process itself, only the instances' folders do: a group that
 * distributes controllers to its children must be empty ("no internal processes").
 */
final class CgroupsV2 implements Cgroups {
  private static final List<String> CONTROLLERS = List.of("memory", "cpu", "pids");

  /** The group for the processes of a group that was delegated. */
  private static final String PROCESSES = "mayfly-processes";

  private final Path parent;
  private final Path folder;
  private boolean prepared;

  /**
   * @param parent the group under which the platform's folder is made: the root of the tree, or the
   *     one that was delegated to this user
   * @param platform the name of the platform's folder
   */
  CgroupsV2(Path parent, String platform) {
    this.parent = parent;
    this.folder = parent.resolve(platform);
  }

  /**
   * Where the platform's folder goes: into the group that this process was started in if systemd
   * has delegated that, or if nothing above it can be written; otherwise to the top of the tree,
   * where a group outlives the session in which the platform was started.
   *
   * @param ownGroups {@code /proc/self/cgroup}
   */
  static Path parent(Path mount, String ownGroups) {
    Path own = own(mount, ownGroups);
    return isDelegated(own) || !isWritable(mount) ? own : mount;
  }

  /** The group of this process, or {@code mount} if it is out of sight. */
  private static Path own(Path mount, String ownGroups) {
    // The line of version 2 reads "0::/path"; the path of a group outside the namespace of groups
    // starts with "/..".
    Path own =
        ownGroups
            .lines()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> mount.resolve(line.substring("0::/".length())).normalize())
            .filter(path -> path.startsWith(mount) && Files.isDirectory(path))
            .findFirst()
            .orElse(mount);
    // An earlier platform has moved the processes of the group that was delegated to it.
    return own.endsWith(PROCESSES) ? own.resolve("..").normalize() : own;
  }

  /** systemd marks what it has delegated; see its CGROUP_DELEGATION.md. */
  private static boolean isDelegated(Path group) {
    try {
      UserDefinedFileAttributeView marks =
          Files.getFileAttributeView(group, UserDefinedFileAttributeView.class);
      ByteBuffer value = ByteBuffer.allocate(1);
      return marks.size("delegate") == 1
          && marks.read("delegate", value) == 1
          && value.get(0) == '1';
    } catch (IOException e) {
      // There is no such mark, or this kernel keeps none.
      return false;
    }
  }

  private static boolean isWritable(Path group) {
    return Files.isWritable(group.resolve("cgroup.procs"));
  }

  /** The controllers that this module needs and {@code parent} cannot hand on. */
  static List<String> missing(Path parent) {
    Path available = parent.resolve("cgroup.controllers");
    if (!Files.exists(available) || !isWritable(parent)) {
      return CONTROLLERS;
    }
    Set<String> present = words(available);
    return CONTROLLERS.stream().filter(name -> !present.contains(name)).toList();
  }

  private static Set<String> words(Path file) {
    return new HashSet<>(Arrays.asList(CgroupFiles.read(file).split(" ", -1)));
  }

  /**
   * Moves the processes that are directly in {@code parent}, this one among them, into a child of
   * it, since a group other than the top one cannot both hold processes and hand controllers on.
   */
  private void makeRoom() {
    Path here = parent.resolve("cgroup.procs");
    Path there = parent.resolve(PROCESSES);
    // A process that was made meanwhile is in the same group as the one that made it.
    boolean empty =
        Reaping.poll(
            () -> {
              List<String> processes = CgroupFiles.read(here).lines().toList();
              if (!processes.isEmpty()) {
                CgroupFiles.makeFolder(there);
                Path join = there.resolve("cgroup.procs");
                processes.forEach(process -> CgroupFiles.tryWrite(join, process));
              }
              return processes.isEmpty();
            });
    if (!empty) {
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "Mayfly needs the control group "
              + parent
              + " for groups of instances, and cannot move these processes out of it: "
              + CgroupFiles.read(here).replace('\n', ' '));
    }
  }

  /** Makes the platform's folder and hands the controllers down to it and to its children. */
  private synchronized void prepare() {
    if (prepared) {
      return;
    }
    if (Files.exists(parent.resolve("cgroup.type"))) {
      // Only the top group has no type.
      makeRoom();
    }
    distribute(parent);
    CgroupFiles.makeFolder(folder);
    distribute(folder);
    prepared = true;
  }

  private static void distribute(Path group) {
    Path control = group.resolve("cgroup.subtree_control");
    List<String> wanted = new ArrayList<>(CONTROLLERS);
    wanted.removeAll(words(control));
    if (!wanted.isEmpty()) {
      CgroupFiles.write(control, "+" + String.join(" +", wanted));
    }
  }

  @Override
  public Cgroup create(String name, DataSize memory) {
    prepare();
    Group group = new Group(folder.resolve(name));
    CgroupFiles.makeFolder(group.path);
    group.limitMemory(memory);
    if (Files.exists(group.file("memory.swap.max"))) {
      CgroupFiles.write(group.file("memory.swap.max"), "0");
    }
    CgroupFiles.write(group.file("memory.oom.group"), "1");
    CgroupFiles.write(group.file("pids.max"), Integer.toString(Limits.PROCESSES));
    group.limitCpu(INIT_CPUS);
    return group;
  }

  @Override
  public List<MemoryGauge.Group> holders() {
    List<MemoryGauge.Group> holders = new ArrayList<>();
    holders.add(MemoryGauge.Group.versionTwo(folder));
    for (Path above = parent;
        above != null && Files.exists(above.resolve("cgroup.controllers"));
        above = above.getParent()) {
      holders.add(MemoryGauge.Group.versionTwo(above));
    }
    return holders;
  }

  @Override
  public void removeLeftovers() {
    for (Path child : CgroupFiles.children(folder)) {
      Group group = new Group(child);
      group.kill();
      Reaping.untilGone(group);
    }
  }

  @Override
  public void close() {
    CgroupFiles.remove(folder);
  }

  private static final class Group implements Cgroup {
    private final Path path;
    private @Nullable NumberFile peak;
    private boolean removing;

    Group(Path path) {
      this.path = path;
    }

    Path file(String name) {
      return path.resolve(name);
    }

    @Override
    public List<Path> joinFiles() {
      return List.of(file("cgroup.procs"));
    }

    @Override
    public void limitMemory(DataSize memory) {
      CgroupFiles.write(file("memory.max"), Long.toString(memory.bytes()));
    }

    @Override
    public void background(boolean background) {
      CgroupFiles.write(file("cpu.weight"), background ? "1" : "100");
    }

    @Override
    public List<Integer> processes() {
      return CgroupFiles.numbers(file("cgroup.procs"));
    }

    @Override
    public void limitCpu(double cpus) {
      long period = CPU_PERIOD.toNanos() / 1000;
      long quota = Math.max(1000, Math.round(cpus * period));
      CgroupFiles.write(file("cpu.max"), quota + " " + period);
    }

    @Override
    public synchronized DataSize peakMemory() {
      if (removing) {
        return new DataSize(0);
      }
      if (peak == null) {
        // memory.peak came with Linux 5.19; before it, what is used now is the best there is.
        Path file = file("memory.peak");
        peak = new NumberFile(Files.exists(file) ? file : file("memory.current"));
      }
      return new DataSize(peak.read());
    }

    @Override
    public Duration cpuTime() {
      return Duration.ofNanos(CgroupFiles.field(file("cpu.stat"), "usage_usec") * 1000);
    }

    @Override
    public boolean ranOutOfMemory() {
      return CgroupFiles.field(file("memory.events"), "oom_kill") > 0;
    }

    @Override
    public void notifyOutOfMemory(int eventCounter) {
      // memory.oom.group has the kernel kill every process at once, and the exit tells.
    }

    @Override
    public void freeze() {
      CgroupFiles.write(file("cgroup.freeze"), "1");
      Reaping.poll(() -> CgroupFiles.field(file("cgroup.events"), "frozen") == 1);
    }

    @Override
    public void thaw() {
      CgroupFiles.write(file("cgroup.freeze"), "0");
    }

    @Override
    public void kill() {
      // cgroup.kill came with Linux 5.14. The group may be gone before it is written.
      if (Files.exists(file("cgroup.kill"))) {
        CgroupFiles.tryWrite(file("cgroup.kill"), "1");
      } else {
        CgroupFiles.killAll(file("cgroup.procs"));
      }
    }

    @Override
    public synchronized boolean remove() {
      removing = true;
      if (peak != null) {
        peak.close();
      }
      return CgroupFiles.remove(path);
    }
  }
}
