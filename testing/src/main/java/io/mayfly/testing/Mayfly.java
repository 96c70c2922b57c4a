package io.mayfly.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A platform: the distribution, running as a process of its own on its own data directory and port.
 *
 * <p>{@link #shared()} is one for the whole test run, for tests that only need a platform; those
 * that stop it, kill it or set it up differently {@link #start(String...)} their own. However a
 * test ends, nothing of a platform stays behind. One virtual thread per process reads what it
 * announces; everything else is for the test's own thread.
 */
public final class Mayfly implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ANNOUNCED = "Stop it with";
  private static final String ENDED = "\0";
  private static final String EXPORT = "  export ";

  private final Path folder;
  private final Path data;
  private final List<String> options;
  private final Map<String, String> variables;
  private Running running;

  /** One process, and what it has announced. */
  private record Running(Process process, Map<String, String> exports, List<String> announced) {}

  /**
   * The end of a platform that did not start.
   *
   * @param announced what it said
   */
  public record Refused(int status, String announced) {}

  private static final class Shared {
    /** Replaces no instance that has ended: whether a call is cold is up to the calls. */
    private static final Mayfly INSTANCE = Mayfly.start("--keep-alive", "600");

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(INSTANCE::close, "stop-shared-platform"));
    }
  }

  private Mayfly(Path folder, Path data, List<String> options, Map<String, String> variables) {
    this.folder = folder;
    this.data = data;
    this.options = options;
    this.variables = variables;
    this.running = launch();
  }

  /** The platform that all tests of a run share; never to be closed by one of them. */
  public static Mayfly shared() {
    return Shared.INSTANCE;
  }

  /** Starts a platform on an empty data directory, with options of {@code mayfly up}. */
  public static Mayfly start(String... options) {
    Path folder = temporaryFolder();
    return new Mayfly(folder, folder.resolve("data"), List.of(options), Map.of());
  }

  /** Starts a platform on a data directory that stays when it is closed. */
  public static Mayfly startOn(Path data, String... options) {
    return startOn(data, Map.of(), options);
  }

  /**
   * Starts a platform on a data directory that stays when it is closed.
   *
   * @param variables environment variables of the platform
   */
  public static Mayfly startOn(Path data, Map<String, String> variables, String... options) {
    return new Mayfly(temporaryFolder(), data, List.of(options), variables);
  }

  /**
   * Lets a platform try to start that must not succeed.
   *
   * @param variables environment variables of the platform
   */
  public static Refused refused(Path data, Map<String, String> variables, String... options) {
    Path folder = temporaryFolder();
    Process process = spawn(folder, data, List.of(options), variables);
    try {
      BlockingQueue<String> lines = lines(process);
      StringBuilder said = new StringBuilder();
      while (true) {
        String line = next(lines, process);
        if (line.equals(ENDED)) {
          return new Refused(process.waitFor(), said + log(folder));
        }
        said.append(line).append('\n');
        if (line.startsWith(ANNOUNCED)) {
          throw new AssertionError("the platform started:\n" + said);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      end(process);
      delete(folder);
    }
  }

  /** Where it serves, for example {@code http://127.0.0.1:34567}. */
  public URI endpoint() {
    return URI.create(export("AWS_ENDPOINT_URL"));
  }

  public String region() {
    return export("AWS_REGION");
  }

  /** The number of the account that all its functions belong to. */
  public String account() {
    return "000000000000";
  }

  public String accessKey() {
    return export("AWS_ACCESS_KEY_ID");
  }

  public String secretKey() {
    return export("AWS_SECRET_ACCESS_KEY");
  }

  /** The environment variables that it asks its users to set. */
  public Map<String, String> exports() {
    return running.exports();
  }

  /** The lines that it printed when it was ready. */
  public List<String> announced() {
    return running.announced();
  }

  /** Its data directory. */
  public Path data() {
    return data;
  }

  public long pid() {
    return running.process().pid();
  }

  public boolean alive() {
    return running.process().isAlive();
  }

  /** What it has logged about itself. */
  public String log() {
    return log(folder);
  }

  /** A client for the functions of this platform, as it runs now. */
  public Functions functions() {
    return new Functions(this);
  }

  /** The newest runtime whose name begins with a text. */
  public String newestRuntime(String prefix) {
    return Json.of(own("runtimes"))
        .valueStream()
        .map(row -> row.path("id").asString())
        .filter(id -> id.startsWith(prefix))
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new AssertionError("this machine has no " + prefix));
  }

  /** What a function has logged so far. */
  public String functionLog(String function) {
    return own("logs/" + function);
  }

  /** Reads one of the platform's own endpoints. */
  private String own(String path) {
    String url = endpoint() + "/_mayfly/" + path;
    Reply reply = Signing.of(this).service("mayfly").request("GET", url, new byte[0]).send();
    if (reply.status() != 200) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply.text();
  }

  /** Waits until a function has logged a text, which tells how far a call has come. */
  public void awaitLog(String function, String text) {
    Eventually.holds(PATIENCE, () -> functionLog(function).contains(text));
  }

  /** Ends the process as the kernel's out-of-memory killer would. */
  public void kill9() {
    running.process().destroyForcibly();
    await(running.process());
  }

  /** Ends the process as a service manager would, and waits for it. */
  public void stop() {
    Operations.record(this);
    running.process().destroy();
    await(running.process());
  }

  /** Starts it again on the same data directory, with more options; it gets another port. */
  public void restart(String... more) {
    if (alive()) {
      stop();
    }
    running = launch(more);
  }

  /** Stops it and removes everything that it left. */
  @Override
  public void close() {
    if (!alive() && running.process().exitValue() == 128 + 9) {
      // What a killed platform left, the next one on its data directory clears away.
      running = launch();
    }
    if (alive()) {
      Operations.record(this);
    }
    end(running.process());
    delete(folder);
  }

  /** Whether an environment variable is one of the platform's settings or an AWS client's. */
  static boolean isSetting(String name) {
    return name.startsWith("MAYFLY_") || name.startsWith("AWS_");
  }

  private String export(String name) {
    return Optional.ofNullable(running.exports().get(name))
        .orElseThrow(() -> new AssertionError(name + " was not announced: " + announced()));
  }

  private Running launch(String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    Process process = spawn(folder, data, all, variables);
    BlockingQueue<String> lines = lines(process);
    List<String> announced = new ArrayList<>();
    Map<String, String> exports = new HashMap<>();
    while (true) {
      String line = next(lines, process);
      if (line.equals(ENDED)) {
        String said = String.join("\n", announced);
        throw new AssertionError("the platform did not start:\n" + said + "\n" + log(folder));
      }
      announced.add(line);
      if (line.startsWith(EXPORT)) {
        String[] pair = line.substring(EXPORT.length()).split("=", 2);
        exports.put(pair[0], pair[1]);
      }
      if (line.startsWith(ANNOUNCED)) {
        return new Running(process, Map.copyOf(exports), List.copyOf(announced));
      }
    }
  }

  private static Process spawn(
      Path folder, Path data, List<String> options, Map<String, String> variables) {
    List<String> command = new ArrayList<>(Distribution.server());
    command.addAll(List.of("--data", data.toString()));
    if (!options.contains("--port")) {
      command.addAll(List.of("--port", "0"));
    }
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(Mayfly::isSetting);
    builder.environment().putAll(variables);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads standard output for as long as the process lives, so that it never blocks on it. */
  private static BlockingQueue<String> lines(Process process) {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (BufferedReader reader = process.inputReader()) {
                reader.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                // The process is gone, and the pipe with it.
              } finally {
                lines.add(ENDED);
              }
            });
    return lines;
  }

  private static String next(BlockingQueue<String> lines, Process process) {
    try {
      String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        process.destroyForcibly();
        throw new AssertionError("the platform said nothing for " + PATIENCE);
      }
      return line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Process process) {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the platform has not stopped within " + PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String log(Path folder) {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder that instances may pass through, as their own users, to reach their code. */
  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("mayfly-test-");
      return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
