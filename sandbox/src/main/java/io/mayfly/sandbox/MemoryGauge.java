package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads how much memory there is for instances: the machine's ({@code MemAvailable} of proc(5),
 * which counts no swap), and what is left in each control group that holds all of them. Memory of a
 * group that only caches files counts as left. Thread-safe; a reading takes some tens of
 * microseconds.
 */
final class MemoryGauge {
  /** The percentage of the last ten seconds in which every process waited for memory. */
  private static final double STALLING = 10;

  /**
   * A group, by its files in either version.
   *
   * @param cached the line of {@code stat} that tells how much can be given up at once
   */
  record Group(Path limit, Path usage, Path stat, String cached) {
    static Group versionOne(Path folder) {
      return new Group(
          folder.resolve("memory.limit_in_bytes"),
          folder.resolve("memory.usage_in_bytes"),
          folder.resolve("memory.stat"),
          "total_inactive_file");
    }

    static Group versionTwo(Path folder) {
      return new Group(
          folder.resolve("memory.max"),
          folder.resolve("memory.current"),
          folder.resolve("memory.stat"),
          "inactive_file");
    }

    /** In bytes; as good as none if there is none. */
    long most() {
      if (!Files.exists(limit)) {
        return Long.MAX_VALUE;
      }
      String text = CgroupFiles.read(limit);
      return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    }

    long left() {
      long used = CgroupFiles.number(usage, 0) - CgroupFiles.field(stat, cached);
      return Math.max(0, most() - Math.max(0, used));
    }
  }

  private final Path proc;
  private final List<Group> groups;

  /**
   * @param proc where proc is mounted
   * @param groups those that hold all instances
   */
  MemoryGauge(Path proc, List<Group> groups) {
    this.proc = proc;
    this.groups = groups;
  }

  MemoryState read() {
    String text = text("meminfo");
    long total = kilobytes(text, "MemTotal:");
    long available = kilobytes(text, "MemAvailable:");
    long machine = total;
    for (Group group : groups) {
      long limit = group.most();
      // What no limit looks like differs between versions and kernels.
      if (limit < machine) {
        total = Math.min(total, limit);
        available = Math.min(available, group.left());
      }
    }
    return new MemoryState(new DataSize(total), new DataSize(available), stalling());
  }

  /** As good as without end if it is not told: then there are still the groups. */
  private static long kilobytes(String text, String name) {
    String number = after(text, name, "kB");
    return number.isEmpty() ? Long.MAX_VALUE : Long.parseLong(number) * 1024;
  }

  /** Pressure stall information: Documentation/accounting/psi.rst. Not every kernel has it. */
  private boolean stalling() {
    String share = after(text("pressure/memory"), "full avg10=", " ");
    return !share.isEmpty() && Double.parseDouble(share) >= STALLING;
  }

  /** A file of proc's; empty if there is none. It is looked for often, so in few steps. */
  private String text(String file) {
    try {
      return Files.readString(proc.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }

  private static String after(String text, String name, String end) {
    int begin = text.indexOf(name);
    return begin < 0
        ? ""
        : text.substring(begin + name.length(), text.indexOf(end, begin + name.length())).strip();
  }
}
