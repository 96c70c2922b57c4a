package io.mayfly.sandbox;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out whether the machine can jail, and says what is missing if it cannot. */
final class SandboxPreflight {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private final List<String> problems = new ArrayList<>();

  private SandboxPreflight() {}

  static Sandbox jailed(SandboxConfig config) {
    return new SandboxPreflight().check(config);
  }

  private Sandbox check(SandboxConfig config) {
    Optional<Path> bwrap = tool("bwrap", "bubblewrap");
    Optional<Path> setpriv = tool("setpriv", "util-linux");
    Optional<Path> mkfs = tool("mkfs.ext4", "e2fsprogs");
    if (Posix.userId() != 0) {
      problems.add("it does not run as root: start it as root, or inside 'unshare --user -r'");
    }
    Optional<Cgroups> cgroups = cgroups(config.platformName());
    if (!problems.isEmpty() || mkfs.isEmpty()) {
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "Mayfly cannot isolate functions on this machine:\n - "
              + String.join("\n - ", problems)
              + "\nTo run functions without any isolation, start it with --isolation none.");
    }
    cgroups.orElseThrow().removeLeftovers();
    return new JailedSandbox(
        Machine.open(
            bwrap.orElseThrow(),
            setpriv.orElseThrow(),
            true,
            Files.exists(Path.of("/dev/loop-control"))),
        cgroups.orElseThrow(),
        RunFolder.open(config.platformName()),
        new ScratchDisks(scratch(config)));
  }

  private Optional<Path> tool(String name, String debianPackage) {
    Optional<Path> path = Tools.find(name);
    if (path.isEmpty()) {
      problems.add(
          "the program " + name + " is not installed: run 'apt-get install " + debianPackage + "'");
    }
    return path;
  }

  private Optional<Cgroups> cgroups(String platform) {
    if (Files.exists(CGROUPS.resolve("cgroup.controllers"))) {
      List<String> missing = CgroupsV2.missing(CGROUPS);
      if (missing.isEmpty()) {
        return Optional.of(new CgroupsV2(CGROUPS, platform));
      }
      problems.add("the cgroup controllers " + missing + " are not available under " + CGROUPS);
      return Optional.empty();
    }
    List<String> missing = CgroupsV1.missing(CGROUPS);
    if (missing.isEmpty()) {
      return Optional.of(new CgroupsV1(CGROUPS, platform));
    }
    problems.add("the cgroup controllers " + missing + " are not mounted under " + CGROUPS);
    return Optional.empty();
  }

  /** The folder of the images of disks; an earlier platform's images go. */
  private static Path scratch(SandboxConfig config) {
    Path folder = config.dataDirectory().resolve("scratch");
    try {
      Files.createDirectories(folder);
      try (Stream<Path> old = Files.list(folder)) {
        for (Path image : old.toList()) {
          Files.delete(image);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
