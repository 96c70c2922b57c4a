package io.mayfly.sandbox;

import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import io.mayfly.model.ResponseSink;
import io.mayfly.runtimes.RuntimeCatalog;
import io.mayfly.runtimes.RuntimeLaunch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A real sandbox in a temporary data directory, and functions written in a few lines of Python. */
final class JailHarness implements AutoCloseable {
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  /** A runtime for {@code handler(event, context)} in a function's {@code app.py}. */
  private static final String PYTHON_RUNTIME =
      """
      import http.client, json, os, sys, traceback
      sys.path.insert(0, "/var/task")
      api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
      def post(path, body):
          api.request("POST", "/2018-06-01/runtime/" + path, body)
          api.getresponse().read()
      try:
          import app
      except BaseException as problem:
          post("init/error", json.dumps({"errorMessage": str(problem)}))
          sys.exit(1)
      while True:
          api.request("GET", "/2018-06-01/runtime/invocation/next")
          answer = api.getresponse()
          event = json.loads(answer.read())
          request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
          try:
              post("invocation/" + request + "/response", json.dumps(app.handler(event)))
          except Exception as problem:
              traceback.print_exc()
              error = {"errorType": type(problem).__name__, "errorMessage": str(problem)}
              post("invocation/" + request + "/error", json.dumps(error))
      """;

  /** What extensions in Python begin with. */
  private static final String EXTENSION =
      """
      #!/usr/bin/python3 -u
      import http.client, json, os, sys, time
      api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
      def call(method, path, body=None, **headers):
          api.request(method, "/2020-01-01/extension/" + path, body,
                      {"Lambda-Extension-" + name.replace("_", "-"): value
                       for name, value in headers.items()})
          answer = api.getresponse()
          return answer, answer.read().decode()
      def register(*events):
          answer, text = call("POST", "register", json.dumps({"events": events}),
                              Name=os.path.basename(sys.argv[0]))
          return answer.headers["Lambda-Extension-Identifier"]
      def next(id):
          return json.loads(call("GET", "event/next", Identifier=id)[1])
      """;

  /** How instances come to be. */
  enum Way {
    /** Jail and runtime are started for each. */
    BUILT,
    /** A zygote makes them, of our guest for Python. */
    FORKED
  }

  private final SocketLoop sockets = new SocketLoop();
  final Sandbox sandbox;
  final Path data;
  private final Way way;
  private int functions;

  JailHarness(Path data) {
    this(data, Isolation.JAIL);
  }

  JailHarness(Path data, Isolation isolation) {
    this(data, isolation, Way.BUILT);
  }

  JailHarness(Path data, Isolation isolation, Way way) {
    this(new SandboxConfig(data, isolation), way);
  }

  JailHarness(SandboxConfig config, Way way) {
    this.data = config.dataDirectory();
    this.way = way;
    this.sandbox = Sandboxes.open(config, sockets);
    if (way == Way.FORKED) {
      Spare first = sandbox.prepare(pythonSpare()).orElseThrow();
      if (!first.awaitPrepared(Duration.ofSeconds(30))) {
        throw new AssertionError("no instance can be forked");
      }
      first.stop();
    }
  }

  /** A spare of our guest for Python. */
  static SpareSpec pythonSpare() {
    return new SpareSpec(guest(), true, PATH, DataSize.ofMegabytes(512));
  }

  /** Our guest for Python. */
  static RuntimeLaunch guest() {
    RuntimeCatalog catalog =
        new RuntimeCatalog(
            Path.of(System.getProperty("mayfly.test.guests", "../runtimes/src/main/guest")),
            Map.of(),
            Optional.empty(),
            System.getenv());
    return catalog.launch(
        catalog.list().stream()
            .filter(row -> row.id().startsWith("python"))
            .filter(row -> row.interpreter().filter(path -> path.startsWith("/usr")).isPresent())
            .map(RuntimeCatalog.Row::id)
            .findFirst()
            .orElseThrow());
  }

  /** A function whose code defines {@code handler(event)}. */
  final class Function {
    final CollectedLogs logs = new CollectedLogs();
    final Telemetry telemetry = new Telemetry();
    final Map<String, String> environment = new HashMap<>(PATH);
    Path code;
    DataSize memory = DataSize.ofMegabytes(256);
    DataSize storage = DataSize.ofMegabytes(512);
    int calls = 1;
    Optional<Path> layers = Optional.empty();
    RuntimeLaunch launch;

    Function(Path code, List<String> command) {
      this.code = code;
      this.launch =
          new RuntimeLaunch(command, List.of(), Map.of(), RuntimeLaunch.Channel.RUNTIME_API);
    }

    Function memory(int megabytes) {
      memory = DataSize.ofMegabytes(megabytes);
      return this;
    }

    Function storage(int megabytes) {
      storage = DataSize.ofMegabytes(megabytes);
      return this;
    }

    Function calls(int atATime) {
      calls = atATime;
      environment.put("AWS_LAMBDA_MAX_CONCURRENCY", Integer.toString(atATime));
      return this;
    }

    /** Gives it a layer with one file of text. */
    Function layer(String name, String content) {
      Path folder = folder();
      write(folder.resolve(name), content);
      layers = Optional.of(folder);
      return this;
    }

    /** Gives it an extension in Python, after {@link #EXTENSION}. */
    Function extension(String name, String code) {
      return extensionProgram(name, EXTENSION + code);
    }

    /** Gives it a file among its extensions. */
    Function extensionProgram(String name, String content) {
      Path folder = layers.orElseGet(JailHarness.this::folder);
      layers = Optional.of(folder);
      try {
        write(Files.createDirectories(folder.resolve("extensions")).resolve(name), content);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return this;
    }

    Function variable(String name, String value) {
      environment.put(name, value);
      return this;
    }

    InstanceSpec spec() {
      return new InstanceSpec(
          "test",
          launch,
          code,
          environment,
          memory,
          storage,
          calls,
          logs,
          layers,
          false,
          extensions());
    }

    private Optional<ExtensionsSpec> extensions() {
      List<String> programs = ExtensionsSpec.programs(layers);
      return programs.isEmpty() && launch.channel() == RuntimeLaunch.Channel.FRAMES
          ? Optional.empty()
          : Optional.of(
              new ExtensionsSpec(
                  programs,
                  "test",
                  "$LATEST",
                  "app.handler",
                  "000000000000",
                  logs,
                  Optional.of(telemetry)));
    }

    /** Starts an instance, ready or not. */
    Instance start() {
      return sandbox.start(spec());
    }

    /** Starts an instance and waits until it can serve. */
    Instance ready() {
      Instance instance = start();
      Optional<Outcome> failure = instance.awaitReady(Duration.ofSeconds(30));
      if (failure.isPresent()) {
        throw new AssertionError("not ready: " + describe(failure.get()) + "\n" + logs.text());
      }
      return instance;
    }
  }

  /** A function in Python. */
  Function python(String code) {
    Path folder = folder();
    write(folder.resolve("app.py"), code);
    if (way == Way.FORKED) {
      write(
          folder.resolve("entry.py"), "import app\nhandle = lambda event, _: app.handler(event)\n");
      Function function = new Function(folder, List.of());
      function.launch = guest();
      return function.variable("_HANDLER", "entry.handle");
    }
    write(folder.resolve("runtime.py"), PYTHON_RUNTIME);
    return new Function(folder, List.of("/usr/bin/python3", "-u", "/var/task/runtime.py"));
  }

  /** A function that is a guest of its own in Python and speaks frames. */
  Function frames(String code) {
    Path folder = folder();
    write(folder.resolve("guest.py"), code);
    Function function = new Function(folder, List.of());
    function.launch =
        new RuntimeLaunch(
            List.of("/usr/bin/python3", "-u", "/var/task/guest.py"),
            List.of(),
            Map.of(),
            RuntimeLaunch.Channel.FRAMES);
    return function;
  }

  /** A function whose runtime is a shell script. */
  Function shell(String script) {
    Path folder = folder();
    write(folder.resolve("bootstrap"), script);
    return new Function(folder, List.of("/bin/sh", "/var/task/bootstrap"));
  }

  private Path folder() {
    Path folder = data.resolve("code-" + functions++);
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Outcome invoke(Instance instance, String event) {
    return invoke(instance, event, Duration.ofSeconds(60));
  }

  static Outcome invoke(Instance instance, String event, Duration limit) {
    return begin(instance, event, limit, Gathered.eager()).join();
  }

  /** Waits until every process of an instance has ended. */
  static void awaitGone(Instance instance) throws Exception {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    instance.whenGone(() -> gone.complete(null));
    gone.get(30, TimeUnit.SECONDS);
  }

  /** Makes a call whose streamed response goes to {@code sink}, and does not wait for it. */
  static CompletableFuture<Outcome> begin(
      Instance instance, String event, Duration limit, ResponseSink sink) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    instance.invoke(
        invocation(event.getBytes(StandardCharsets.UTF_8), limit), sink, answer::complete);
    return answer;
  }

  static Invocation invocation(byte[] event, Duration limit) {
    FunctionArn arn =
        FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("test"));
    return new Invocation(
        new RequestId(UUID.randomUUID().toString()),
        event,
        Instant.now().plus(limit),
        arn,
        "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
        Optional.empty(),
        Optional.empty());
  }

  /** The answer's text, or what came instead. */
  static String answer(Outcome outcome) {
    return outcome instanceof Outcome.Success success
        ? new String(success.payload(), StandardCharsets.UTF_8)
        : describe(outcome);
  }

  static String describe(Outcome outcome) {
    return switch (outcome) {
      case Outcome.HandlerError error -> new String(error.error(), StandardCharsets.UTF_8);
      case Outcome.InitError error -> new String(error.error(), StandardCharsets.UTF_8);
      default -> outcome.toString();
    };
  }

  @Override
  public void close() {
    sandbox.close();
    sockets.close();
  }
}
