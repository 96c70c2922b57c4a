package io.mayfly.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a platform has in the kernel, so that a test can see whether it is gone later.
 *
 * @param instances the processes that it has started, however indirectly
 * @param namespaces those of their namespaces that are not this process's own
 * @param cgroups the folders of their control groups
 */
public record Leftovers(Set<Long> instances, Set<String> namespaces, Set<Path> cgroups) {
  private static final Path PROC = Path.of("/proc");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final List<String> KINDS = List.of("mnt", "net", "pid", "ipc", "uts");

  /** What the platform with a process id has now. */
  public static Leftovers of(long platform) {
    Set<Long> instances =
        ProcessHandle.of(platform).stream()
            .flatMap(ProcessHandle::descendants)
            .map(ProcessHandle::pid)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> namespaces = new TreeSet<>();
    Set<Path> cgroups = new TreeSet<>();
    for (long process : instances) {
      namespaces.addAll(namespaces(PROC.resolve(Long.toString(process))));
      cgroups.addAll(cgroups(process));
    }
    namespaces.addAll(threadNamespaces(platform));
    namespaces.removeAll(namespaces(PROC.resolve("self")));
    cgroups.removeAll(cgroups(ProcessHandle.current().pid()));
    return new Leftovers(instances, namespaces, cgroups);
  }

  /** What of this is still there, in words; empty when nothing is. */
  public List<String> remaining() {
    return remaining(Set.of());
  }

  /**
   * What of this is still there beside another platform, in words. The kernel gives the numbers of
   * namespaces that are gone to new ones, so what the other platform and its processes are in says
   * nothing.
   */
  public List<String> remainingBeside(long platform) {
    Set<Long> others =
        ProcessHandle.of(platform).stream()
            .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
            .map(ProcessHandle::pid)
            .collect(Collectors.toSet());
    return remaining(others);
  }

  private List<String> remaining(Set<Long> others) {
    Stream<String> processes =
        instances.stream()
            .filter(id -> Files.exists(PROC.resolve(Long.toString(id))))
            .map(id -> "process " + id);
    Set<String> inUse = new TreeSet<>();
    children(PROC).stream()
        .filter(folder -> folder.getFileName().toString().matches("[0-9]+"))
        .filter(folder -> !others.contains(Long.valueOf(folder.getFileName().toString())))
        .forEach(
            folder ->
                children(folder.resolve("task"))
                    .forEach(thread -> inUse.addAll(namespaces(thread))));
    Stream<String> spaces =
        namespaces.stream().filter(inUse::contains).map(name -> "namespace " + name);
    Stream<String> groups =
        cgroups.stream().filter(Files::exists).map(folder -> "control group " + folder);
    return Stream.of(processes, spaces, groups).flatMap(all -> all).toList();
  }

  /** Loop devices and mounts of this machine that have to do with a folder, in words. */
  public static List<String> mountsOf(Path folder) {
    try {
      Stream<String> loops =
          children(Path.of("/sys/block")).stream()
              .map(device -> read(device.resolve("loop/backing_file")).orElse(""))
              .filter(file -> file.startsWith(folder.toString()))
              .map(file -> "loop device of " + file);
      Stream<String> mounts =
          Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
              .filter(line -> line.contains(folder.toString()))
              .map(line -> "mount " + line);
      return Stream.concat(loops, mounts).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> threadNamespaces(long process) {
    Set<String> found = new TreeSet<>();
    children(PROC.resolve(Long.toString(process)).resolve("task"))
        .forEach(thread -> found.addAll(namespaces(thread)));
    return found;
  }

  private static Set<String> namespaces(Path process) {
    Set<String> found = new TreeSet<>();
    for (String kind : KINDS) {
      try {
        found.add(Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString());
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    return found;
  }

  /** The lines of {@code /proc/ID/cgroup}, hierarchy:controllers:path, as folders. */
  private static Set<Path> cgroups(long process) {
    Set<Path> found = new TreeSet<>();
    read(PROC.resolve(Long.toString(process)).resolve("cgroup"))
        .orElse("")
        .lines()
        .map(line -> line.split(":", 3))
        .filter(parts -> !parts[2].equals("/"))
        .forEach(
            parts ->
                Stream.of(parts[1].split(",", -1))
                    .map(controller -> CGROUPS.resolve(controller + parts[2]))
                    .filter(Files::exists)
                    .forEach(found::add));
    return found;
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }
}
