package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds out what the machine can do, and says exactly what is missing where it cannot jail.
 *
 * <p>It looks for the programs and control groups by name, and then starts one real jail: whatever
 * else may be forbidden (namespaces, mounts, a system call filter, changing users) shows there, in
 * the words of the program that was refused.
 */
final class SandboxPreflight {
  private static final System.Logger LOG = System.getLogger(SandboxPreflight.class.getName());
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Duration TRIAL = Duration.ofSeconds(10);

  private final SandboxConfig config;
  private final List<String> problems = new ArrayList<>();

  private SandboxPreflight(SandboxConfig config) {
    this.config = config;
  }

  static Sandbox jailed(SandboxConfig config, SocketWatcher watcher) {
    return new SandboxPreflight(config).jailed(watcher);
  }

  static Sandbox plain(SandboxConfig config, SocketWatcher watcher) {
    Path setpriv = tool("setpriv").orElseThrow(() -> notInstalled("setpriv", "util-linux"));
    return new PlainSandbox(Machine.open(watcher), setpriv, RunFolder.open(config.platformName()));
  }

  private Sandbox jailed(SocketWatcher watcher) {
    Optional<Path> bwrap = required("bwrap", "bubblewrap");
    Optional<Path> setpriv = required("setpriv", "util-linux");
    if (Posix.userId() != 0) {
      problems.add(
          "it does not run as root: start it as root, or with"
              + " 'systemd-run --user --scope -p Delegate=yes unshare --user --map-root-user',"
              + " as './mayfly up' does");
      throw cannot();
    }
    Optional<Cgroups> cgroups = cgroups();
    if (bwrap.isEmpty() || setpriv.isEmpty() || cgroups.isEmpty() || !problems.isEmpty()) {
      throw cannot();
    }
    cgroups.get().removeLeftovers();
    RunFolder run = RunFolder.open(config.platformName());
    UserIds users = UserIds.of(Path.of("/proc/self/uid_map"));
    Optional<ScratchDisks> disks = disks(run, users);
    JailCommand command = new JailCommand(bwrap.get(), setpriv.get(), run);
    JailedSandbox sandbox =
        new JailedSandbox(
            Machine.open(watcher), cgroups.get(), run, disks, command, users, config.shutdown());
    try {
      tryOut(sandbox, run);
      return sandbox;
    } catch (MayflyException e) {
      sandbox.close();
      throw e;
    }
  }

  private MayflyException cannot() {
    return new MayflyException(
        ErrorCode.SERVICE_UNAVAILABLE,
        "Mayfly cannot isolate functions on this machine:\n - "
            + String.join("\n - ", problems)
            + "\nTo run functions without any isolation, start it with --isolation none.");
  }

  private Optional<Path> required(String name, String debianPackage) {
    Optional<Path> path = tool(name);
    if (path.isEmpty()) {
      problems.add(String.valueOf(notInstalled(name, debianPackage).getMessage()));
    }
    return path;
  }

  private static Optional<Path> tool(String name) {
    return Tools.find(name);
  }

  private static MayflyException notInstalled(String name, String debianPackage) {
    return new MayflyException(
        ErrorCode.SERVICE_UNAVAILABLE,
        "the program " + name + " is not installed: run 'apt-get install " + debianPackage + "'");
  }

  private Optional<Cgroups> cgroups() {
    String platform = config.platformName();
    if (Files.exists(CGROUPS.resolve("cgroup.controllers"))) {
      Path parent = CgroupsV2.parent(CGROUPS, CgroupFiles.read(Path.of("/proc/self/cgroup")));
      List<String> missing = CgroupsV2.missing(parent);
      if (missing.isEmpty()) {
        return Optional.of(new CgroupsV2(parent, platform));
      }
      problems.add(
          "the cgroup controllers "
              + missing
              + " are not handed down to "
              + parent
              + ": start it as root, or in a group that is delegated with these controllers"
              + " ('systemd-run --user --scope -p Delegate=yes'; systemd itself hands them to users"
              + " by 'Delegate=cpu memory pids' in user@.service)");
      return Optional.empty();
    }
    List<String> missing = CgroupsV1.missing(CGROUPS);
    if (!missing.isEmpty()) {
      problems.add(
          "the cgroup controllers "
              + missing
              + " are not mounted or not writable under "
              + CGROUPS);
      return Optional.empty();
    }
    return Optional.of(new CgroupsV1(CGROUPS, platform));
  }

  /** Disks where the machine can mount a file; elsewhere {@code /tmp} is in memory. */
  private Optional<ScratchDisks> disks(RunFolder run, UserIds users) {
    ScratchDisks disks = new ScratchDisks(scratch());
    Launcher launcher = new Launcher();
    try {
      if (!users.own()) {
        throw new MayflyException(
            ErrorCode.SERVICE_UNAVAILABLE, "it runs in a user namespace, where none can be");
      }
      if (tool("mkfs.ext4").isEmpty()) {
        throw notInstalled("mkfs.ext4", "e2fsprogs");
      }
      disks.tryOut(launcher, run.scratchMount());
      return Optional.of(disks);
    } catch (PosixException | MayflyException | UncheckedIOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Functions get their /tmp in memory, and what they store there counts as memory they"
              + " use, because no disk can be mounted for them: "
              + e.getMessage());
      return Optional.empty();
    } finally {
      launcher.close();
    }
  }

  /** The folder of the disks' images; an earlier platform's images go. */
  private Path scratch() {
    Path folder = config.dataDirectory().toAbsolutePath().normalize().resolve("scratch");
    try {
      Files.createDirectories(folder);
      try (Stream<Path> old = Files.list(folder)) {
        for (Path image : old.toList()) {
          Files.delete(image);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("Mayfly cannot use " + folder, e);
    }
  }

  /** Starts a jail whose program ends at once with status 0. */
  private void tryOut(JailedSandbox sandbox, RunFolder run) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    RuntimeLaunch nothing =
        new RuntimeLaunch(
            List.of("/usr/bin/true"), List.of(), Map.of(), RuntimeLaunch.Channel.RUNTIME_API);
    ProcessInstance instance =
        sandbox.start(
            new InstanceSpec(
                "the trial jail",
                nothing,
                run.etc(),
                Map.of(),
                DataSize.ofMegabytes(128),
                DataSize.ofMegabytes(512),
                1,
                output::write));
    Optional<Outcome> end = instance.awaitReady(TRIAL);
    instance.stopAndWait();
    if (!end.equals(Optional.of(new Outcome.Exited(0, false)))) {
      problems.add(
          "a trial jail ended with "
              + end.map(Object::toString).orElse("nothing")
              + " and the words: "
              + output.toString(StandardCharsets.UTF_8).strip());
      throw cannot();
    }
  }
}
