package io.mayfly.runtimes;

import io.mayfly.runtimes.RuntimeLaunch.Channel;
import io.mayfly.runtimes.RuntimeLaunch.Mount;
import io.mayfly.runtimes.RuntimeLaunch.Training;
import io.mayfly.runtimes.RuntimeLaunch.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Puts a launch together: what the program needs to find inside the jail. */
final class LaunchBuilder {
  /** Where a guest's folder is inside the jail; Lambda has its runtime there. */
  static final Path GUEST = Path.of("/var/runtime");

  /** What a jail shows of the host anyway. */
  private static final List<Path> SYSTEM =
      List.of(Path.of("/usr"), Path.of("/etc/ssl"), Path.of("/etc/alternatives"));

  private static final int CONFIGURATION_DEPTH = 4;

  /**
   * What the C library and its loader read when a program starts (ld.so(8), locale(7), tzset(3)).
   */
  private static final List<String> START_VARIABLES =
      List.of(
          "LD_", "GLIBC_", "MALLOC_", "LANG", "LC_", "LOC", "TZ", "GCONV_", "HOSTALIASES", "RES_");

  /** What decides about the command itself. */
  private static final String WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

  private final Set<Mount> mounts = new LinkedHashSet<>();
  private final Map<String, String> environment = new LinkedHashMap<>();

  /**
   * @param guest the guest's folder on the host
   * @param program the interpreter, no link
   */
  LaunchBuilder(Path guest, Path program) {
    mounts.add(new Mount(guest, GUEST));
    addProgram(program);
    String own = inSystem(program) ? "" : program.getParent() + ":";
    variable("PATH", own + "/usr/local/bin:/usr/bin:/bin:/opt/bin");
    variable("LD_LIBRARY_PATH", "/var/task:/var/task/lib:/opt/lib");
    variable("LANG", "C.UTF-8");
    variable("TZ", ":UTC");
    variable("LAMBDA_TASK_ROOT", "/var/task");
    variable("LAMBDA_RUNTIME_DIR", GUEST.toString());
  }

  /** For one of Lambda's managed runtimes, which tell their names; others do not. */
  static LaunchBuilder managed(Path guest, String runtime, Path program) {
    LaunchBuilder launch = new LaunchBuilder(guest, program);
    launch.variable("AWS_EXECUTION_ENV", "AWS_Lambda_" + runtime);
    return launch;
  }

  void variable(String name, String value) {
    environment.put(name, value);
  }

  RuntimeLaunch frames(List<String> command) {
    return build(Channel.FRAMES, command);
  }

  /** A guest that can be started before it is known what function it serves. */
  RuntimeLaunch waitingFrames(List<String> command, String... startVariables) {
    return waiting(command, Set.of(), List.of(), Optional.empty(), startVariables);
  }

  /** The same, with a command that makes such guests by fork. */
  RuntimeLaunch forkedFrames(
      List<String> command, List<String> forkServer, String... startVariables) {
    return waiting(command, Set.of(), forkServer, Optional.empty(), startVariables);
  }

  /**
   * The same, with a training.
   *
   * @param startValues variables of every function that it must be started with
   */
  RuntimeLaunch waitingFrames(
      List<String> command,
      Set<String> startValues,
      Optional<Training> training,
      String... startVariables) {
    return waiting(command, startValues, List.of(), training, startVariables);
  }

  private RuntimeLaunch waiting(
      List<String> command,
      Set<String> startValues,
      List<String> forkServer,
      Optional<Training> training,
      String... startVariables) {
    List<String> names = new ArrayList<>(START_VARIABLES);
    names.addAll(List.of(startVariables));
    names.add(WRAPPER);
    return new RuntimeLaunch(
        List.copyOf(command),
        List.copyOf(mounts),
        Map.copyOf(environment),
        Channel.FRAMES,
        Optional.of(new Waiting(List.copyOf(names), startValues, List.copyOf(forkServer))),
        training);
  }

  RuntimeLaunch build(Channel channel, List<String> command) {
    return new RuntimeLaunch(
        List.copyOf(command), List.copyOf(mounts), Map.copyOf(environment), channel);
  }

  private static boolean inSystem(Path path) {
    return SYSTEM.stream().anyMatch(path::startsWith);
  }

  /** The installation is the folder above {@code bin}. */
  private void addProgram(Path program) {
    Path folder = program.getParent();
    Path home = folder == null ? null : folder.getParent();
    if (home == null || home.equals(Path.of("/usr")) || home.equals(Path.of("/"))) {
      return;
    }
    if (!inSystem(program)) {
      mounts.add(new Mount(home, home));
    }
    addConfiguration(home);
  }

  /** Debian's JDKs have their settings under {@code /etc}, with links to them. */
  private void addConfiguration(Path home) {
    try (Stream<Path> files = Files.walk(home, CONFIGURATION_DEPTH)) {
      for (Path link : files.filter(Files::isSymbolicLink).filter(Files::exists).toList()) {
        Path target = link.toRealPath();
        if (target.startsWith("/etc") && !inSystem(target) && target.getNameCount() > 1) {
          Path folder = Path.of("/").resolve(target.subpath(0, 2));
          mounts.add(new Mount(folder, folder));
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
