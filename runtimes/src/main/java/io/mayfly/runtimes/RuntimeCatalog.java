package io.mayfly.runtimes;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RuntimeFamily;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The runtimes of this machine: which there are, and how each is started inside a jail.
 *
 * <p>The machine is searched at the first question, not before. Safe for use by many threads.
 */
public final class RuntimeCatalog {
  /** The setting that maps one runtime to another, for messages. */
  public static final String ALIAS_SETTING = "--runtime-alias";

  private static final List<String> PROVIDED = List.of("provided.al2", "provided.al2023");

  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  private final Path guestHome;
  private final Map<String, String> aliases;
  private final Supplier<Map<String, Interpreter>> found;

  /** Putting a launch together looks into the interpreter's folders; a cold start must not. */
  private final Map<String, RuntimeLaunch> launches = new ConcurrentHashMap<>();

  /**
   * One line of the list of runtimes.
   *
   * @param id what a function asks for, for example {@code python3.12}
   * @param version the interpreter's exact version; empty for custom runtimes
   * @param interpreter the program on the host; empty for custom runtimes
   * @param aliasOf the runtime that really serves it, if the id is mapped
   */
  public record Row(
      String id, String version, Optional<Path> interpreter, Optional<String> aliasOf) {}

  /**
   * @param guestHome the folder with the guests: {@code python/}, {@code node/}, {@code java/},
   *     {@code provided/}
   * @param aliases from a runtime's name to the one that is to serve it
   * @param memory a file to remember interpreters' versions in, so that the next start need not
   *     ask; its folder exists
   * @param environment the platform's own environment, for {@code PATH}, {@code HOME} and {@code
   *     JAVA_HOME}
   */
  public RuntimeCatalog(
      Path guestHome,
      Map<String, String> aliases,
      Optional<Path> memory,
      Map<String, String> environment) {
    this.guestHome = guestHome.toAbsolutePath().normalize();
    this.aliases = Map.copyOf(aliases);
    this.found =
        new Once<>(() -> new InterpreterSearch(environment, new VersionMemory(memory)).find());
  }

  /** Every runtime a function may ask for, sorted by family and version. */
  public List<Row> list() {
    Map<String, Row> rows = new TreeMap<>(Comparator.comparing(RuntimeCatalog::sortable));
    for (Interpreter one : found.get().values()) {
      Optional<Path> program = Optional.of(one.program());
      rows.put(one.runtime(), new Row(one.runtime(), one.version(), program, Optional.empty()));
    }
    for (String id : PROVIDED) {
      rows.put(id, new Row(id, "", Optional.empty(), Optional.empty()));
    }
    aliases.forEach(
        (id, target) -> {
          Row row = rows.get(target);
          if (row != null) {
            rows.put(id, new Row(id, row.version(), row.interpreter(), Optional.of(target)));
          }
        });
    return List.copyOf(rows.values());
  }

  /** {@code python3.8} before {@code python3.12}. */
  private static String sortable(String id) {
    return DIGITS
        .matcher(id)
        .replaceAll(
            digits -> "0".repeat(Math.max(0, 4 - digits.group().length())) + digits.group());
  }

  /** Whether a function may ask for it. */
  public boolean has(String runtime) {
    String target = aliases.getOrDefault(runtime, runtime);
    return PROVIDED.contains(target) || found.get().containsKey(target);
  }

  /** The exact version of what serves a runtime; empty for custom runtimes and those not there. */
  public String version(String runtime) {
    Interpreter interpreter = found.get().get(aliases.getOrDefault(runtime, runtime));
    return interpreter == null ? "" : interpreter.version();
  }

  /**
   * How to start a runtime.
   *
   * @throws MayflyException if this machine does not have it, with the list of those it has
   */
  public RuntimeLaunch launch(String runtime) {
    return launches.computeIfAbsent(runtime, this::makeLaunch);
  }

  private RuntimeLaunch makeLaunch(String runtime) {
    String target = aliases.getOrDefault(runtime, runtime);
    if (PROVIDED.contains(target)) {
      return provided();
    }
    Interpreter interpreter = found.get().get(target);
    if (interpreter == null) {
      throw absent(runtime);
    }
    return switch (RuntimeFamily.of(target).orElseThrow(() -> absent(runtime))) {
      case PYTHON -> python(runtime, interpreter);
      case NODE -> node(runtime, interpreter);
      case JAVA -> java(runtime, interpreter);
      case PROVIDED -> provided();
    };
  }

  private MayflyException absent(String runtime) {
    List<String> ids = new ArrayList<>();
    list().forEach(row -> ids.add(row.id()));
    return new MayflyException(
        ErrorCode.INVALID_PARAMETER,
        "The runtime '"
            + runtime
            + "' is not available on this machine, which has: "
            + String.join(", ", ids)
            + ". Install its interpreter, or have another runtime serve it with "
            + ALIAS_SETTING
            + " "
            + runtime
            + "=NAME.");
  }

  private RuntimeLaunch python(String runtime, Interpreter interpreter) {
    Path program = interpreter.program();
    LaunchBuilder launch = LaunchBuilder.managed(guestHome.resolve("python"), runtime, program);
    launch.variable("PYTHONPATH", LaunchBuilder.GUEST.toString());
    List<String> command = List.of(program.toString(), "-u", LaunchBuilder.GUEST + "/main.py");
    List<String> forkServer = new ArrayList<>(command);
    forkServer.add("zygote");
    return launch.forkedFrames(command, forkServer, "PYTHON", "OPENSSL_", "SSL_CERT_");
  }

  private RuntimeLaunch node(String runtime, Interpreter interpreter) {
    Path program = interpreter.program();
    String major = interpreter.version().substring(0, interpreter.version().indexOf('.'));
    LaunchBuilder launch = LaunchBuilder.managed(guestHome.resolve("node"), runtime, program);
    launch.variable(
        "NODE_PATH",
        "/opt/nodejs/node"
            + major
            + "/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task");
    return launch.waitingFrames(
        List.of(program.toString(), LaunchBuilder.GUEST + "/guest.cjs"),
        "NODE_",
        "UV_",
        "V8_",
        "ICU_",
        "OPENSSL_",
        "SSL_CERT_",
        "NO_COLOR",
        "FORCE_COLOR");
  }

  private RuntimeLaunch java(String runtime, Interpreter interpreter) {
    Path guest = guestHome.resolve("java");
    LaunchBuilder launch = LaunchBuilder.managed(guest, runtime, interpreter.program());
    JavaTraining training = new JavaTraining(guest, interpreter);
    List<String> command = new ArrayList<>(training.start("fresh"));
    command.addAll(new JavaArchive(guest, interpreter).options(LaunchBuilder.GUEST));
    if (!training.possible()) {
      return launch.frames(command);
    }
    // The heap is sized by the command line, so a JVM waits for functions of one size.
    return launch.waitingFrames(
        command,
        Set.of("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        Optional.of(training.training()),
        JavaTraining.OPTION_VARIABLES.toArray(String[]::new));
  }

  /**
   * Makes what lets guests start faster, for every interpreter found: the Python guest compiled, an
   * archive of the Java guest's classes. Costs a few seconds of CPU at the first time and next to
   * nothing afterwards; meant for a thread in the background. Instances started before are served
   * as well, only slower.
   *
   * @return what could not be made and why, for the log; empty if all went well
   */
  public List<String> prepare() {
    List<String> failures = new ArrayList<>();
    for (Interpreter one : found.get().values()) {
      try {
        if (one.runtime().startsWith("python")) {
          PythonBytecode.make(guestHome.resolve("python"), one);
        } else if (one.runtime().startsWith("java")) {
          new JavaArchive(guestHome.resolve("java"), one).make();
        }
      } catch (IOException failed) {
        failures.add(one.runtime() + ": " + failed.getMessage());
      }
    }
    launches.clear();
    return List.copyOf(failures);
  }

  private RuntimeLaunch provided() {
    LaunchBuilder launch = new LaunchBuilder(guestHome.resolve("provided"), Path.of("/bin/sh"));
    return launch.build(Channel.RUNTIME_API, List.of("/bin/sh", LaunchBuilder.GUEST + "/start"));
  }
}
