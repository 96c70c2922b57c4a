package io.mayfly.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What every verb takes: which platform is meant, and whether only help is wanted. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      defaultValue = "${env:MAYFLY_DATA:-.mayfly}",
      description = "The platform's data directory (default: .mayfly beside this command).")
  private Path data = Path.of(".mayfly");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** Whether the user asked for the help text only. */
  boolean help() {
    return help;
  }

  Path data() {
    return data;
  }

  RunningPlatform platform() {
    return RunningPlatform.require(data);
  }
}
