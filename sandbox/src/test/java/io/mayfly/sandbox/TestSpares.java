package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.DataSize;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.RuntimeLaunch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Jails that wait for their function, with and without a runtime that has been started. */
final class TestSpares extends JailedTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Waits for SPECIALISE, then imports {@code app} and serves it. */
  private static final String WAITING_GUEST =
      """
      import os, socket, struct, sys
      link = socket.socket(socket.AF_UNIX)
      link.connect(os.environ.pop("MAYFLY_SOCKET"))
      def send(kind, call, body):
          link.sendall(struct.pack(">IBI", 5 + len(body), kind, call) + body)
      def take(count):
          data = b""
          while len(data) < count:
              part = link.recv(count - len(data))
              if not part: os._exit(0)
              data += part
          return data
      def receive():
          length, kind, call = struct.unpack(">IBI", take(9))
          return kind, call, take(length - 5)
      print("not anybody's log")
      send(1, 0, struct.pack(">HH", VERSION, 1) + b"p")
      kind, call, body = receive()
      at = 4
      for each in range(struct.unpack_from(">I", body)[0]):
          pair = []
          for part in range(2):
              size = struct.unpack_from(">I", body, at)[0]
              pair.append(body[at + 4:at + 4 + size].decode())
              at += 4 + size
          os.environ[pair[0]] = pair[1]
      os.chdir("/var/task")
      sys.path.insert(0, "/var/task")
      import app
      send(2, 0, b"")
      while True:
          kind, call, body = receive()
          at = 8
          for each in range(3): at += 2 + struct.unpack_from(">H", body, at)[0]
          for each in range(2): at += 4 + struct.unpack_from(">I", body, at)[0]
          send(4, call, str(app.handler(body[at:].decode())).encode())
      """;

  private Spare prepared(RuntimeLaunch launch, boolean started) {
    Spare spare =
        jails
            .sandbox
            .prepare(
                new SpareSpec(
                    launch, started, Map.of("PATH", "/usr/bin:/bin"), DataSize.ofMegabytes(512)))
            .orElseThrow();
    assertThat(spare.awaitPrepared(PATIENCE)).isTrue();
    return spare;
  }

  private Instance given(Spare spare, JailHarness.Function function) {
    Instance instance = spare.specialise(function.spec());
    assertThat(instance.awaitReady(PATIENCE)).as(function.logs::text).isEmpty();
    return instance;
  }

  private RuntimeLaunch waitingGuest(int version) throws IOException {
    Path folder = Files.createTempDirectory(data, "guest");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        folder.resolve("main.py"), WAITING_GUEST.replace("VERSION", Integer.toString(version)));
    return new RuntimeLaunch(
        List.of("/usr/bin/python3", "-u", "/var/runtime/main.py"),
        List.of(new RuntimeLaunch.Mount(folder, Path.of("/var/runtime"))),
        Map.of("FROM_LAUNCH", "1"),
        RuntimeLaunch.Channel.FRAMES,
        Optional.of(new RuntimeLaunch.Waiting(List.of("PYTHON"), Set.of(), List.of())),
        Optional.empty());
  }

  private JailHarness.Function function(RuntimeLaunch launch, String code) {
    JailHarness.Function function = jails.python(code);
    function.launch = launch;
    return function;
  }

  @Test
  void spareOfOneFunctionHasItsCodeAndIsGivenNoOther() throws IOException {
    JailHarness.Function function =
        function(waitingGuest(2), "handler = lambda event: 'code of its own'");
    SpareSpec own =
        new SpareSpec(
            function.launch,
            true,
            Map.of("PATH", "/usr/bin:/bin"),
            DataSize.ofMegabytes(512),
            Optional.of(function.code));
    Spare spare = jails.sandbox.prepare(own).orElseThrow();
    assertThat(spare.awaitPrepared(PATIENCE)).isTrue();
    JailHarness.Function other = function(function.launch, "handler = lambda event: 'other'");
    assertThatThrownBy(() -> spare.specialise(other.spec()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(answer(invoke(given(spare, function), "1"))).isEqualTo("code of its own");
  }

  @Test
  void shellBecomesTheRuntimeOfTheFunctionItIsGiven() {
    JailHarness.Function function =
        jails
            .python(
                """
                import os
                def handler(event):
                    return [os.getcwd(), os.environ["OWN"], os.environ.get("PWD"), event]
                """)
            .variable("OWN", "it's $HOME\\nmine");
    Instance instance = given(prepared(function.launch, false), function);
    assertThat(answer(invoke(instance, "1")))
        .isEqualTo("[\"/var/task\", \"it's $HOME\\\\nmine\", null, 1]");
    assertThat(instance.startup().total()).isPositive();
  }

  @Test
  void startedRuntimeIsGivenItsFunction() throws IOException {
    RuntimeLaunch launch = waitingGuest(2);
    JailHarness.Function function =
        function(
                launch,
                """
                import os
                print("loaded")
                def handler(event):
                    return [os.getcwd(), os.environ["OWN"], os.environ["FROM_LAUNCH"], event]
                """)
            .variable("OWN", "mine");
    Instance instance = given(prepared(launch, true), function);
    assertThat(answer(invoke(instance, "1"))).isEqualTo("['/var/task', 'mine', '1', '1']");
    assertThat(function.logs.text()).isEqualTo("loaded\n");
  }

  @Test
  void codeThatCameLateIsReadOnly() {
    JailHarness.Function function =
        jails.python(
            """
            def handler(event):
                try:
                    open("/var/task/new", "w")
                except OSError as refused:
                    print(refused.strerror)
                with open("/proc/self/mounts") as mounts:
                    return [line.split()[3] for line in mounts if line.split()[1] == "/var/task"]
            """);
    Instance instance = given(prepared(function.launch, false), function);
    assertThat(answer(invoke(instance, "1"))).contains("ro,nosuid,nodev");
    assertThat(function.logs.text()).isEqualTo("Read-only file system\n");
  }

  @Test
  void layersThatComeLateAreReadOnly() {
    JailHarness.Function function =
        jails
            .python(
                """
                def handler(event):
                    try:
                        open("/opt/new", "w")
                    except OSError as refused:
                        print(refused.strerror)
                    with open("/proc/self/mounts") as mounts:
                        return [line.split()[3] for line in mounts if line.split()[1] == "/opt"] + [open("/opt/shared").read()]
                """)
            .layer("shared", "of a layer");
    Instance instance = given(prepared(function.launch, false), function);
    assertThat(answer(invoke(instance, "1"))).contains("ro,nosuid,nodev", "of a layer");
    assertThat(function.logs.text()).isEqualTo("Read-only file system\n");
  }

  @Test
  void limitsAreTheFunctionsOwn() throws IOException {
    RuntimeLaunch launch = waitingGuest(2);
    String code = "def handler(event): return len(bytearray(int(event)) * 1)";
    JailHarness.Function small = function(launch, code).memory(128);
    Instance instance = given(prepared(launch, true), small);
    assertThat(invoke(instance, "" + (200 << 20))).isEqualTo(new Outcome.OutOfMemory());
    JailHarness.Function large = function(launch, code).memory(1024);
    instance = given(prepared(launch, true), large);
    // More than a spare may use while it waits.
    assertThat(answer(invoke(instance, "" + (300 << 20)))).isEqualTo("" + (300 << 20));
  }

  @Test
  void sparesOfTwoFunctionsShareNothing() throws IOException {
    RuntimeLaunch launch = waitingGuest(2);
    String code =
        """
        import os
        def handler(event):
            open("/tmp/" + event, "w").close()
            return [sorted(os.listdir("/tmp")), sorted(os.listdir("/var/task")), "A" in os.environ]
        """;
    Spare first = prepared(launch, true);
    Spare second = prepared(launch, true);
    Instance one = given(first, function(launch, code).variable("A", "secret"));
    Instance two = given(second, function(launch, code));
    assertThat(answer(invoke(one, "one"))).startsWith("[['one'], ").endsWith("True]");
    assertThat(answer(invoke(two, "two"))).startsWith("[['two'], ").endsWith("False]");
  }

  @Test
  void initThatFailsIsTheFunctionsOwnFailure() {
    JailHarness.Function function = jails.python("raise ValueError('broken')");
    Instance instance = prepared(function.launch, false).specialise(function.spec());
    Optional<Outcome> failure = instance.awaitReady(PATIENCE);
    assertThat(failure.map(JailHarness::describe)).contains("{\"errorMessage\": \"broken\"}");
  }

  @Test
  void runtimeThatCannotWaitIsNoSpare() throws IOException {
    assertThat(unprepared(waitingGuest(1), PATIENCE).usable()).isFalse();
    RuntimeLaunch ends = launch("/usr/bin/true");
    assertThat(unprepared(ends, PATIENCE).usable()).isFalse();
    RuntimeLaunch silent = launch("/usr/bin/sleep", "1000");
    assertThat(unprepared(silent, Duration.ofMillis(300)).usable()).isFalse();
  }

  private static RuntimeLaunch launch(String... command) {
    return new RuntimeLaunch(
        List.of(command),
        List.of(),
        Map.of(),
        RuntimeLaunch.Channel.FRAMES,
        Optional.of(new RuntimeLaunch.Waiting(List.of("X"), Set.of(), List.of())),
        Optional.empty());
  }

  private Spare unprepared(RuntimeLaunch launch, Duration limit) {
    Spare spare =
        jails
            .sandbox
            .prepare(new SpareSpec(launch, true, Map.of(), DataSize.ofMegabytes(512)))
            .orElseThrow();
    assertThat(spare.awaitPrepared(limit)).isFalse();
    return spare;
  }

  @Test
  void spareThatWasStoppedServesNobody() {
    JailHarness.Function function = jails.python("handler = lambda event: event");
    Spare spare = prepared(function.launch, false);
    assertThat(spare.usable()).isTrue();
    spare.stop();
    assertThat(spare.usable()).isFalse();
  }
}
