package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.runtimes.RuntimeLaunch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What an instance is made of.
 *
 * @param label what it serves, for messages and process titles: a function's name and version
 * @param launch the program to start
 * @param code the function's unpacked code on the host; appears read-only at {@code /var/task}
 * @param environment every variable of the handler's environment, but for those that name the
 *     channel ({@code AWS_LAMBDA_RUNTIME_API}, {@code MAYFLY_SOCKET}), which the sandbox adds
 * @param memory the memory limit; the CPU share follows from it
 * @param ephemeralStorage the size of {@code /tmp}
 * @param callsAtATime how many calls it is given at the same time, at most; from 1
 * @param logs takes standard output and error
 * @param layers a folder on the host; appears read-only at {@code /opt}
 * @param background whether it is to have only the CPU time that nobody else wants
 * @param extensions what it offers to extensions, if it offers them anything
 */
public record InstanceSpec(
    String label,
    RuntimeLaunch launch,
    Path code,
    Map<String, String> environment,
    DataSize memory,
    DataSize ephemeralStorage,
    int callsAtATime,
    LogSink logs,
    Optional<Path> layers,
    boolean background,
    Optional<ExtensionsSpec> extensions) {
  /** An instance without extensions. */
  public InstanceSpec(
      String label,
      RuntimeLaunch launch,
      Path code,
      Map<String, String> environment,
      DataSize memory,
      DataSize ephemeralStorage,
      int callsAtATime,
      LogSink logs,
      Optional<Path> layers,
      boolean background) {
    this(
        label,
        launch,
        code,
        environment,
        memory,
        ephemeralStorage,
        callsAtATime,
        logs,
        layers,
        background,
        Optional.empty());
  }

  /** An instance without layers that somebody waits for. */
  public InstanceSpec(
      String label,
      RuntimeLaunch launch,
      Path code,
      Map<String, String> environment,
      DataSize memory,
      DataSize ephemeralStorage,
      int callsAtATime,
      LogSink logs) {
    this(
        label,
        launch,
        code,
        environment,
        memory,
        ephemeralStorage,
        callsAtATime,
        logs,
        Optional.empty(),
        false);
  }
}
