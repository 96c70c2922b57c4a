package io.mayfly.runtimes;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to start one runtime inside a jail.
 *
 * @param command the program and its arguments, by their paths inside the jail
 * @param mounts host files and folders the program needs beside the system's own, read-only
 * @param environment variables the program itself needs; a function's own variables win over them
 * @param channel how the program talks to the platform
 */
public record RuntimeLaunch(
    List<String> command, List<Mount> mounts, Map<String, String> environment, Channel channel) {
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
