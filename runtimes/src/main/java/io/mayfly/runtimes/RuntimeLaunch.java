package io.mayfly.runtimes;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How to start one runtime inside a jail.
 *
 * @param command the program and its arguments, by their paths inside the jail
 * @param mounts host files and folders the program needs beside the system's own, read-only
 * @param environment variables the program itself needs; a function's own variables win over them
 * @param channel how the program talks to the platform
 * @param startVariables how the names of variables begin that the program reads at its own start;
 *     empty for a program that cannot be started before it is known what function it serves
 */
public record RuntimeLaunch(
    List<String> command,
    List<Mount> mounts,
    Map<String, String> environment,
    Channel channel,
    List<String> startVariables) {
  /** The launch of a program that is started for the function it serves. */
  public RuntimeLaunch(
      List<String> command, List<Mount> mounts, Map<String, String> environment, Channel channel) {
    this(command, mounts, environment, channel, List.of());
  }

  /**
   * Whether the program may be started without a function and given one later (SPECIALISE in
   * docs/design/002-frames.md), if that function sets these variables.
   */
  public boolean canWait(Set<String> variables) {
    return !startVariables.isEmpty()
        && variables.stream().noneMatch(name -> startVariables.stream().anyMatch(name::startsWith));
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
