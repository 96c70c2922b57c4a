package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.runtimes.RuntimeLaunch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments with which bubblewrap builds a jail.
 *
 * <p>What a jail sees: the system's programs and libraries, what they need of {@code /etc}, its
 * code, its runtime's files and its own {@code /tmp}; everything but {@code /tmp} read-only. bwrap
 * starts as root, keeps the three capabilities it takes to become an ordinary user and to forget
 * how to be another, and {@code setpriv} uses and drops them as the jail's first program.
 */
final class JailCommand {
  /** File descriptors that bwrap is started with. */
  static final int ARGUMENTS_FD = 3;

  static final int SECCOMP_FD = 4;
  static final int PASSWD_FD = 5;
  static final int GROUP_FD = 6;

  /** Where a shell that waits for its script says so; the others have none. */
  static final int WAITING_FD = 7;

  /** Where {@code /etc/passwd} and {@code /etc/group} lead. */
  static final Path PASSWD = Path.of("/run/mayfly/passwd");

  static final Path GROUP = Path.of("/run/mayfly/group");

  private static final Path CODE = Path.of("/var/task");

  /** Where the jail has the function's layers. */
  static final Path LAYERS = Path.of("/opt");

  private static final Path SOCKET = Path.of("/run/mayfly/socket");

  private final Path bwrap;
  private final Path setpriv;
  private final RunFolder run;
  private final List<Path> etcMounts = EtcFolder.mounts();

  JailCommand(Path bwrap, Path setpriv, RunFolder run) {
    this.bwrap = bwrap;
    this.setpriv = setpriv;
    this.run = run;
  }

  /** Where the jail has the function's code. */
  static Path code() {
    return CODE;
  }

  /** Where the jail's runtime finds the socket for frames. */
  static String socketInJail() {
    return SOCKET.toString();
  }

  /**
   * One jail to be built.
   *
   * @param code the function's code; without, it is mounted later, and its layers are
   * @param layers the function's layers
   * @param uid its user; 0, the platform's own, has no rights in the jail either
   * @param disk whether a disk is mounted for {@code /tmp}; otherwise it is in memory
   * @param socket the frames' socket on the host
   */
  record Jail(
      RuntimeLaunch launch,
      Optional<Path> code,
      Optional<Path> layers,
      DataSize ephemeralStorage,
      String hostname,
      int uid,
      boolean disk,
      Optional<Path> socket) {}

  /**
   * The whole command, from the platform's side: join the groups, build the jail, become a user,
   * run the script on standard input ({@link StartScript}).
   */
  List<String> command(Jail jail, List<Path> joinFiles) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(setpriv.toString(), "--pdeathsig", "KILL", "/bin/sh"));
    command.add(run.launchScript().toString());
    command.add(Long.toString(ProcessHandle.current().pid()));
    joinFiles.forEach(file -> command.add(file.toString()));
    command.addAll(List.of("--", bwrap.toString(), "--args", Integer.toString(ARGUMENTS_FD)));
    if (jail.uid() != 0) {
      command.addAll(
          List.of(
              setpriv.toString(),
              "--reuid=" + jail.uid(),
              "--regid=" + jail.uid(),
              "--clear-groups",
              "--bounding-set=-all",
              "--inh-caps=-all",
              "--"));
    }
    command.add("/bin/sh");
    return command;
  }

  /** What each of bwrap's descriptors but the filter's holds. */
  Map<Integer, byte[]> files(Jail jail) {
    return Map.of(
        ARGUMENTS_FD,
        options(jail),
        PASSWD_FD,
        utf8(passwd(jail.uid())),
        GROUP_FD,
        utf8(group(jail.uid())));
  }

  /** The users that a jail knows. */
  static String passwd(int uid) {
    return """
           root:x:0:0:root:/root:/sbin/nologin
           sbx_user1051:x:%d:%d::/home/sbx_user1051:/sbin/nologin
           nobody:x:65534:65534:nobody:/:/sbin/nologin
           """
        .formatted(uid, uid);
  }

  /** The groups that a jail knows. */
  static String group(int uid) {
    return "root:x:0:\nsbx_user1051:x:%d:\nnogroup:x:65534:\n".formatted(uid);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What bwrap reads from {@link #ARGUMENTS_FD}: its options, each ended by a NUL. */
  private byte[] options(Jail jail) {
    Options options = new Options();
    namespaces(options, jail);
    system(options);
    options.add("--ro-bind", run.etc().toString(), "/etc");
    for (Path folder : etcMounts) {
      options.add("--ro-bind", folder.toString(), folder.toString());
    }
    for (RuntimeLaunch.Mount mount : jail.launch().mounts()) {
      bind(options, mount.host(), mount.jail());
    }
    if (jail.code().isPresent()) {
      bind(options, jail.code().get(), CODE);
    } else {
      // A program looks once whether a folder for libraries is there, and never again.
      folders(options, CODE.resolve("lib/below"));
      folders(options, LAYERS.resolve("lib/below"));
      folders(options, RuntimeLaunch.TRAINED.resolve("below"));
    }
    if (jail.layers().isPresent()) {
      bind(options, jail.layers().get(), LAYERS);
    } else {
      options.add("--perms", "0755", "--dir", LAYERS.toString());
    }
    options.add("--proc", "/proc", "--dev", "/dev");
    if (jail.disk()) {
      options.add("--bind", run.scratchMount().toString(), "/tmp");
    } else {
      String bytes = Long.toString(jail.ephemeralStorage().bytes());
      options.add("--perms", "1777", "--size", bytes, "--tmpfs", "/tmp");
    }
    folders(options, PASSWD);
    file(options, PASSWD_FD, PASSWD);
    file(options, GROUP_FD, GROUP);
    jail.socket().ifPresent(path -> bind(options, path, SOCKET));
    options.add("--remount-ro", "/", "--chdir", CODE.toString(), "--clearenv");
    options.add("--seccomp", Integer.toString(SECCOMP_FD));
    return options.bytes();
  }

  /** Makes the folders above a path; by itself bwrap would make them for root alone. */
  private static void folders(Options options, Path path) {
    for (int depth = 1; depth < path.getNameCount(); depth++) {
      options.add("--perms", "0755", "--dir", "/" + path.subpath(0, depth));
    }
  }

  /** A file in the jail's own root, with what a descriptor holds. */
  private static void file(Options options, int descriptor, Path path) {
    options.add("--perms", "0444", "--file", Integer.toString(descriptor), path.toString());
  }

  private void bind(Options options, Path host, Path jail) {
    if (jail.startsWith("/etc")) {
      mountPoint(jail, host);
    } else {
      folders(options, jail);
    }
    options.add("--ro-bind", host.toString(), jail.toString());
  }

  private static void namespaces(Options options, Jail jail) {
    options.add("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try");
    options.add("--die-with-parent", "--new-session", "--hostname", jail.hostname());
    options.add("--cap-drop", "ALL");
    if (jail.uid() != 0) {
      options.add("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID");
      options.add("--cap-add", "CAP_SETPCAP");
    }
  }

  private void mountPoint(Path jail, Path host) {
    try {
      EtcFolder.mountPoint(run.etc(), jail, host);
    } catch (IOException e) {
      throw new UncheckedIOException("a place for the mount at " + jail + " is missing", e);
    }
  }

  /** On most systems /bin and the like are links into /usr; some still have them apart. */
  private static void system(Options options) {
    options.add("--ro-bind", "/usr", "/usr");
    for (String name : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
      Path path = Path.of("/", name);
      if (Files.isSymbolicLink(path)) {
        options.add("--symlink", "usr/" + name, path.toString());
      } else if (Files.isDirectory(path)) {
        options.add("--ro-bind", path.toString(), path.toString());
      }
    }
  }

  /** A growing list of texts, each ended by a NUL. */
  private static final class Options {
    private final StringBuilder text = new StringBuilder();

    Options add(String... words) {
      for (String word : words) {
        text.append(word).append('\0');
      }
      return this;
    }

    byte[] bytes() {
      return utf8(text.toString());
    }
  }
}
