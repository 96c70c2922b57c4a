package io.mayfly.runtimes;

import io.mayfly.model.RuntimeFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for interpreters where package managers and version managers put them.
 *
 * <p>Of several that could serve the same runtime the first found wins, and the system's own
 * folders are looked at first: what is there needs no mount. Each program is asked for its version
 * once, all of them at the same time on virtual threads.
 */
final class InterpreterSearch {
  private static final Pattern PYTHON = Pattern.compile("python3\\.([0-9]{1,2})");
  private static final int OLDEST_PYTHON = 8;
  private static final int OLDEST_NODE = 18;
  private static final List<String> JAVA = List.of("17", "21", "25");
  private static final Pattern JAVA_VERSION =
      Pattern.compile("^JAVA_VERSION=\"(([0-9]+)[^\"]*)\"", Pattern.MULTILINE);

  private final Map<String, String> environment;
  private final VersionMemory versions;

  /**
   * @param environment the platform's own: {@code PATH}, {@code HOME} and {@code JAVA_HOME} count
   */
  InterpreterSearch(Map<String, String> environment, VersionMemory versions) {
    this.environment = environment;
    this.versions = versions;
  }

  /** Every runtime this machine can serve, by its name. */
  Map<String, Interpreter> find() {
    List<Callable<Optional<Interpreter>>> questions = new ArrayList<>();
    for (Path folder : programFolders()) {
      for (Path program : programs(folder)) {
        questions.add(() -> ask(program));
      }
    }
    for (Path home : javaHomes()) {
      questions.add(() -> java(home));
    }
    Map<String, Interpreter> found = new TreeMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Optional<Interpreter>> answer : threads.invokeAll(questions)) {
        answer.get().ifPresent(one -> found.putIfAbsent(one.runtime(), one));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("looking for interpreters failed", failed.getCause());
    }
    versions.save();
    return found;
  }

  private List<Path> programFolders() {
    List<Path> folders = new ArrayList<>();
    folders.add(Path.of("/usr/bin"));
    folders.add(Path.of("/usr/local/bin"));
    for (String entry : environment.getOrDefault("PATH", "").split(":", -1)) {
      // Version managers' shims are scripts that look for the real program at each start.
      if (entry.startsWith("/") && !entry.endsWith("/shims")) {
        folders.add(Path.of(entry));
      }
    }
    folders.addAll(children(home(".pyenv/versions"), "bin"));
    folders.addAll(children(home(".local/share/uv/python"), "bin"));
    folders.addAll(children(home(".nvm/versions/node"), "bin"));
    folders.addAll(children(home(".asdf/installs/python"), "bin"));
    folders.addAll(children(home(".asdf/installs/nodejs"), "bin"));
    folders.addAll(children(Path.of("/opt"), "bin"));
    return folders.stream().distinct().filter(Files::isDirectory).toList();
  }

  private List<Path> javaHomes() {
    List<Path> homes = new ArrayList<>();
    String set = environment.getOrDefault("JAVA_HOME", "");
    if (set.startsWith("/")) {
      homes.add(Path.of(set));
    }
    for (Path parent :
        List.of(
            Path.of("/usr/lib/jvm"),
            Path.of("/usr/java"),
            Path.of("/opt/java"),
            Path.of("/opt"),
            home(".sdkman/candidates/java"),
            home(".jdks"))) {
      homes.addAll(children(parent, ""));
    }
    return homes.stream().distinct().toList();
  }

  private Path home(String below) {
    return Path.of(environment.getOrDefault("HOME", "/root")).resolve(below);
  }

  private static List<Path> children(Path parent, String below) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(parent)) {
      return list.map(child -> child.resolve(below)).filter(Files::isDirectory).sorted().toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  private static List<Path> programs(Path folder) {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(file -> isInterpreter(file.getFileName().toString()))
          .filter(Files::isExecutable)
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  private static boolean isInterpreter(String name) {
    return name.equals("node") || PYTHON.matcher(name).matches();
  }

  private Optional<Interpreter> ask(Path program) throws IOException {
    Path real = program.toRealPath();
    Matcher python = PYTHON.matcher(program.getFileName().toString());
    if (python.matches()) {
      if (Integer.parseInt(python.group(1)) < OLDEST_PYTHON) {
        return Optional.empty();
      }
      return versions
          .of(real)
          .filter(version -> version.startsWith("3." + python.group(1) + "."))
          .map(version -> new Interpreter("python3." + python.group(1), version, real));
    }
    return versions
        .of(real)
        .filter(version -> version.matches("[0-9]{2,3}\\..*"))
        .filter(version -> major(version) >= OLDEST_NODE)
        .map(version -> new Interpreter("nodejs" + major(version) + ".x", version, real));
  }

  private static int major(String version) {
    return Integer.parseInt(version.substring(0, version.indexOf('.')));
  }

  /** A JDK says its version in a file. */
  private static Optional<Interpreter> java(Path home) throws IOException {
    Path program = home.resolve("bin/java");
    Path release = home.resolve("release");
    if (!Files.isExecutable(program) || !Files.isReadable(release)) {
      return Optional.empty();
    }
    Matcher version = JAVA_VERSION.matcher(Files.readString(release));
    if (!version.find() || !JAVA.contains(version.group(2))) {
      return Optional.empty();
    }
    String runtime = "java" + version.group(2);
    return Optional.of(new Interpreter(runtime, version.group(1), program.toRealPath()));
  }

  /** Whether it is one of the runtimes that every machine offers. */
  static boolean isProvided(String runtime) {
    return RuntimeFamily.of(runtime).equals(Optional.of(RuntimeFamily.PROVIDED));
  }
}
