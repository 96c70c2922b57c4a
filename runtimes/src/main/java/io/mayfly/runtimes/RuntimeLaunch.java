package io.mayfly.runtimes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How to start one runtime inside a jail.
 *
 * @param command the program and its arguments, by their paths inside the jail
 * @param mounts host files and folders the program needs beside the system's own, read-only
 * @param environment variables the program itself needs; a function's own variables win over them
 * @param channel how the program talks to the platform
 * @param waiting how it is started without a function, if it can be
 * @param training how one start of a function can make its later ones quicker, if that is so
 */
public record RuntimeLaunch(
    List<String> command,
    List<Mount> mounts,
    Map<String, String> environment,
    Channel channel,
    Optional<Waiting> waiting,
    Optional<Training> training) {
  /** Where a jail shows what a training has made of a function. */
  public static final Path TRAINED = Path.of("/var/trained");

  /** What Lambda's own runtimes do about a wrapper, with their words for one that cannot be. */
  private static final String WRAP =
      """
      unset PWD OLDPWD SHLVL _
      [ -f "$0" ] || { echo "$0: does not exist"; exit 127; }
      [ -x "$0" ] || { echo "$0: is not an executable"; exit 126; }
      exec "$0" "$@"
      """;

  /** The launch of a program that is started for the function it serves. */
  public RuntimeLaunch(
      List<String> command, List<Mount> mounts, Map<String, String> environment, Channel channel) {
    this(command, mounts, environment, channel, Optional.empty(), Optional.empty());
  }

  /**
   * What a program reads at its own start, and cannot be told later.
   *
   * @param variables how the names of such variables begin; a function that sets one itself has the
   *     program started for it alone
   * @param values the names of variables that every function has: a waiting program is for those
   *     functions that have the same values as it
   * @param forkServer a command that makes instances in which the program runs already and waits,
   *     by fork (docs/design/009-zygote.md); empty if there is none
   */
  public record Waiting(List<String> variables, Set<String> values, List<String> forkServer) {}

  /** The command that makes waiting instances by fork; empty if there is none. */
  public List<String> forkServer() {
    return waiting.map(Waiting::forkServer).orElse(List.of());
  }

  /**
   * One start of a function from which others profit.
   *
   * @param fingerprint changes whenever what was made before is of no use any more, because the
   *     program or our guest has changed; fit for a file name
   * @param record trains, without a channel: writes what it has made to its standard output and
   *     exits with status 0, or with another if it cannot
   * @param use starts the program with that
   * @param variables how the names of variables begin for whose values it is good
   */
  public record Training(
      String fingerprint, List<String> record, List<String> use, List<String> variables) {
    /** The file below {@link #TRAINED} that holds what was made. */
    public static final String RESULT = "cache.aot";

    /** The file below {@link #TRAINED} with the function's classes that lie in no jar. */
    public static final String CLASSES = "classes.jar";
  }

  /**
   * Whether the program may be started without a function and given one later (SPECIALISE in
   * docs/design/002-frames.md), if that function sets these variables.
   */
  public boolean canWait(Set<String> names) {
    return waiting.isPresent()
        && names.stream()
            .noneMatch(name -> waiting.get().variables().stream().anyMatch(name::startsWith));
  }

  /** The launch that trains, for a function whose files are in {@code folder} on the host. */
  public RuntimeLaunch recording(Path folder) {
    return with(training.orElseThrow().record(), folder, Channel.RUNTIME_API, Optional.empty());
  }

  /**
   * The launch that profits from a training whose result is in {@code folder} on the host. It can
   * wait for the function that was trained, whose code must be in the jail already.
   */
  public RuntimeLaunch trained(Path folder) {
    return with(training.orElseThrow().use(), folder, channel, waiting);
  }

  /**
   * The launch by a function's wrapper script, which is given the command and becomes the runtime
   * ("Modifying the runtime environment" in the developer guide). Nothing can be started before it
   * is known.
   *
   * @param script its path inside the jail
   */
  public RuntimeLaunch wrapped(String script) {
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", WRAP, script));
    words.addAll(command);
    return new RuntimeLaunch(List.copyOf(words), mounts, environment, channel);
  }

  private RuntimeLaunch with(
      List<String> other, Path folder, Channel way, Optional<Waiting> waits) {
    List<Mount> more = new ArrayList<>(mounts);
    more.add(new Mount(folder, TRAINED));
    return new RuntimeLaunch(other, List.copyOf(more), environment, way, waits, Optional.empty());
  }

  /** A host path shown inside the jail, read-only. */
  public record Mount(Path host, Path jail) {}

  /** How a runtime talks to the platform. */
  public enum Channel {
    /** Frames over the Unix socket whose path is in {@code MAYFLY_SOCKET}: our own guests. */
    FRAMES,
    /** AWS's Runtime API 2018-06-01 at {@code AWS_LAMBDA_RUNTIME_API}: everybody else. */
    RUNTIME_API
  }
}
