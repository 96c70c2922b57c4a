package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The machine's control groups, in which instances are limited, measured, frozen and killed: one
 * folder per platform, one inside it per instance.
 */
sealed interface Cgroups permits CgroupsV1, CgroupsV2 {
  /**
   * The period of the CPU quota. A short one stalls small functions for less time: at 128 MB an
   * instance that has used its share waits at most this long. The kernel takes no quota under 1 ms,
   * which 128 MB of 1,769 MB still is.
   */
  Duration CPU_PERIOD = Duration.ofMillis(20);

  /** What an init may use: runtimes compile and collect beside what the function does. */
  double INIT_CPUS = 2;

  /**
   * Makes the group of one instance, with {@link io.mayfly.model.Limits#PROCESSES}, without swap
   * and with the CPU of an init, {@link #INIT_CPUS}, until {@link Cgroup#limitCpu}.
   */
  Cgroup create(String name, DataSize memory);

  /**
   * The groups that hold all instances, from the platform's own up, as far as they are in sight.
   */
  List<MemoryGauge.Group> holders();

  /** Kills and removes what an earlier platform on the same data directory left. */
  void removeLeftovers();

  /** Removes the platform's own folder, which must be empty of instances. */
  void close();

  /** The group of one instance. Its methods are for any thread. */
  interface Cgroup {
    /** The files to which a process writes its id to join. */
    List<Path> joinFiles();

    /** Changes the memory limit. */
    void limitMemory(DataSize memory);

    /** Whether its processes leave the CPU to those of other groups while these want it. */
    void background(boolean background);

    /** The ids of its processes. */
    List<Integer> processes();

    /** Limits CPU time to {@code cpus} of one CPU, which may be more than one. */
    void limitCpu(double cpus);

    /** The most memory its processes have used at the same time. */
    DataSize peakMemory();

    /** CPU time its processes have used. */
    Duration cpuTime();

    /** Whether the kernel has killed a process because the memory limit was reached. */
    boolean ranOutOfMemory();

    /**
     * Raises a counter when memory runs out, where the kernel does not kill the whole group by
     * itself.
     */
    void notifyOutOfMemory(int eventCounter);

    /** Stops every process where it is; returns when all have stopped. */
    void freeze();

    /** Lets frozen processes run on. */
    void thaw();

    /** Kills every process, also frozen ones. */
    void kill();

    /** Removes the group; false while a process is left in it. */
    boolean remove();
  }
}
