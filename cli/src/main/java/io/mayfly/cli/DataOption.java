package io.mayfly.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which platform is meant: the one that runs on this data directory. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      defaultValue = "${env:MAYFLY_DATA:-.mayfly}",
      description = "The platform's data directory (default: .mayfly beside this command).")
  private Path data = Path.of(".mayfly");

  Path data() {
    return data;
  }

  RunningPlatform platform() {
    return RunningPlatform.require(data);
  }
}
