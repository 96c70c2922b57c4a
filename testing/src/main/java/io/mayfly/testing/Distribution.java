package io.mayfly.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the build has made, and how its programs are started. */
public final class Distribution {
  private Distribution() {}

  /** The folder of the whole project, found from the folder that the tests run in. */
  public static Path project() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("mayfly"))) {
      folder = Objects.requireNonNull(folder.getParent(), "tests run inside the project");
    }
    return folder;
  }

  /** The built platform: {@code lib/} and {@code guest/}. */
  public static Path home() {
    Path home = project().resolve("server/target/mayfly");
    if (!Files.isDirectory(home.resolve("lib"))) {
      throw new IllegalStateException(
          home + " is not there; build it with mvn package -DskipTests -pl server -am");
    }
    return home;
  }

  /** The command that starts the platform in the foreground, without its options. */
  static List<String> server() {
    return java(
        "io.mayfly.server.Main",
        "-Dmayfly.home=" + home(),
        "-Djava.util.logging.config.file=" + project().resolve("server/logging.properties"),
        "--enable-native-access=ALL-UNNAMED",
        "-Xms32m",
        "-Xss512k");
  }

  /** Runs a verb of the command line, as {@code ./mayfly VERB} does. */
  public static Ran cli(Mayfly mayfly, String... arguments) {
    return Ran.command(cliCommand(arguments), Map.of("MAYFLY_DATA", mayfly.data().toString()));
  }

  /** The command of a verb of the command line. */
  public static List<String> cliCommand(String... arguments) {
    List<String> command = java("io.mayfly.cli.Main");
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> java(String mainClass, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            home().resolve("lib") + "/*",
            mainClass));
    return command;
  }
}
