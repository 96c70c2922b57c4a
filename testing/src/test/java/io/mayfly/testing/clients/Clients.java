package io.mayfly.testing.clients;

import io.mayfly.testing.Distribution;
import io.mayfly.testing.Ran;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * AWS's runtime clients at fixed versions, as their registries give them, installed once below
 * {@code testing/target/clients}. One copy of the compiled parts is made per interpreter.
 */
final class Clients {
  static final Path SOURCES = Distribution.project().resolve("testing/src/test/clients");

  private static final Path HOME = Distribution.project().resolve("testing/target/clients");
  private static final String PYTHON_CLIENT = "awslambdaric==4.2.2";
  private static final String NODE_CLIENT = "aws-lambda-ric@4.0.2";
  private static final int LONGEST_INSTALLATION_SECONDS = 900;

  private Clients() {}

  /** The folder whose content makes {@code python3 -m awslambdaric} work. */
  static synchronized Path python(String version) {
    return installed(
        "python" + version,
        folder ->
            List.of(
                "/usr/bin/python3",
                "-m",
                "pip",
                "install",
                "-q",
                "--target",
                folder,
                PYTHON_CLIENT));
  }

  /**
   * The folder that holds {@code node_modules}, the client's C++ part compiled by its own script.
   */
  static synchronized Path node() {
    return installed(
        "node",
        folder ->
            List.of("npm", "install", "--silent", "--no-audit", "--prefix", folder, NODE_CLIENT));
  }

  /** The client's jars; the build has fetched them. */
  static Path java() {
    return HOME.resolve("java");
  }

  /** The compiled bootstrap that is no runtime of any language. */
  static synchronized Path program() {
    Path program = HOME.resolve("bootstrap");
    run(
        Map.of(),
        List.of(
            "gcc", "-O2", "-o", program.toString(), SOURCES.resolve("c/bootstrap.c").toString()));
    return program;
  }

  /** The folder with the compiled Java handlers, for the oldest Java that is served. */
  static synchronized Path javaHandlers() {
    Path target = HOME.resolve("handlers");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/javac").toString());
    command.addAll(List.of("--release", "17", "-nowarn", "-d", target.toString()));
    command.addAll(List.of("-cp", java() + File.separator + "*"));
    for (String name : List.of("App", "Broken")) {
      command.add(SOURCES.resolve("java").resolve(name + ".java").toString());
    }
    run(Map.of(), command);
    return target;
  }

  /** A JDK that every jail sees, because it is below {@code /usr}. */
  static Path javaHome() {
    Path own = Path.of(System.getProperty("java.home"));
    if (own.startsWith("/usr")) {
      return own;
    }
    try (Stream<Path> folders = Files.list(Path.of("/usr/lib/jvm"))) {
      return folders
          .filter(folder -> feature(folder).isPresent())
          .max(Comparator.comparingInt(folder -> feature(folder).orElseThrow()))
          .orElseThrow(() -> new AssertionError("there is no Java below /usr/lib/jvm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The feature release of a JDK that can be a managed runtime too. */
  static Optional<Integer> feature(Path javaHome) {
    Path release = javaHome.resolve("release");
    if (!Files.exists(release)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(release).stream()
          .filter(line -> line.startsWith("JAVA_VERSION=\""))
          .map(line -> Integer.valueOf(line.replaceAll("^[^0-9]*([0-9]+).*", "$1")))
          .filter(List.of(17, 21, 25)::contains)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command line of an installation into a folder. */
  private interface Installation {
    List<String> into(String folder);
  }

  private static Path installed(String name, Installation installation) {
    Path home = HOME.resolve(name);
    if (!Files.exists(home)) {
      try {
        Files.createDirectories(HOME);
        Path folder = Files.createTempDirectory(HOME, "installing");
        // Programs that are compiled against Node.js find its headers there instead of on the web.
        Map<String, String> environment =
            Files.exists(Path.of("/usr/include/node"))
                ? Map.of("npm_config_nodedir", "/usr")
                : Map.of();
        run(environment, installation.into(folder.toString()));
        Files.move(folder, home);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return home;
  }

  /** Runs an installer, whose output is only worth reading if it fails. */
  private static void run(Map<String, String> environment, List<String> command) {
    List<String> limited = new ArrayList<>();
    limited.addAll(List.of("timeout", Integer.toString(LONGEST_INSTALLATION_SECONDS)));
    limited.addAll(command);
    try {
      Path log = Files.createTempFile("install", ".log");
      ProcessBuilder builder = new ProcessBuilder(limited).redirectErrorStream(true);
      builder.environment().putAll(environment);
      int status = builder.redirectOutput(log.toFile()).start().waitFor();
      String said = Files.readString(log, StandardCharsets.UTF_8);
      Files.delete(log);
      new Ran(status, said, "").ok();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
