package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.awaitGone;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Outcome;
import io.mayfly.sandbox.JailHarness.Function;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Extensions in real jails: those that mean well, those that fail, and those that are hostile. */
final class TestExtensions extends JailedTest {
  private static final String ECHO = "handler = lambda event: event\n";

  /** Prints every event, and ends when it is to. */
  private static final String FOLLOWER =
      """
      id = register("INVOKE", "SHUTDOWN")
      print("registered, and the runtime was there:", os.path.exists("/tmp/runtime"))
      while True:
          event = next(id)
          print("heard", json.dumps(event))
          if event["eventType"] == "SHUTDOWN":
              sys.exit(0)
      """;

  private static Outcome notReady(Function function, Duration limit) {
    Instance instance = function.start();
    Optional<Outcome> failure = instance.awaitReady(limit);
    assertThat(failure).as(function.logs.text()).isPresent();
    assertThat(instance.usable()).isFalse();
    return failure.get();
  }

  private static Outcome notReady(Function function) {
    return notReady(function, Duration.ofSeconds(30));
  }

  @Test
  void extensionsAreThereFirstHearOfCallsAndOfTheEnd() throws Exception {
    Function function =
        jails.python("open('/tmp/runtime', 'w').close()\n" + ECHO).extension("follower", FOLLOWER);
    Instance instance = function.ready();
    function.logs.await("registered, and the runtime was there: False");
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    function.logs.await("\"eventType\": \"INVOKE\"");
    assertThat(function.logs.text())
        .contains("\"invokedFunctionArn\": \"arn:aws:lambda:us-east-1:000000000000:function:test\"")
        .contains("\"tracing\": {\"type\": \"X-Amzn-Trace-Id\", \"value\": \"Root=");
    instance.stop();
    awaitGone(instance);
    assertThat(function.logs.text())
        .contains("\"eventType\": \"SHUTDOWN\", \"shutdownReason\": \"spindown\"");
  }

  @Test
  void aFrozenInstanceIsThawedForItsShutdown() throws Exception {
    Function function = jails.python(ECHO).extension("follower", FOLLOWER);
    Instance instance = function.ready();
    instance.freeze();
    instance.stop();
    awaitGone(instance);
    assertThat(function.logs.text()).contains("\"shutdownReason\": \"spindown\"");
  }

  @Test
  void managedRuntimesHaveExtensionsToo() throws Exception {
    Function function = jails.python("handle = lambda event, context: [event]\n");
    function.launch = JailHarness.guest();
    function
        .variable("_HANDLER", "app.handle")
        .variable("LAMBDA_TASK_ROOT", "/var/task")
        .extension(
            "hider",
            """
            print("sees", [name for name in ("_HANDLER", "MAYFLY_SOCKET", "PATH") if name in os.environ])
            """
                + FOLLOWER);
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("[1]");
    function.logs.await("\"eventType\": \"INVOKE\"");
    assertThat(function.logs.text()).contains("sees ['PATH']");
    instance.stop();
    awaitGone(instance);
    assertThat(function.logs.text()).contains("\"eventType\": \"SHUTDOWN\"");
  }

  @Test
  void anInstanceIsReadyWhenItsExtensionsAre() {
    Function function =
        jails
            .python("open('/tmp/loaded', 'w').close()\n" + ECHO)
            .extension(
                "slow",
                """
                id = register("INVOKE")
                while not os.path.exists("/tmp/loaded"):
                    time.sleep(0.01)
                print("asks now")
                while True:
                    next(id)
                """);
    Instance instance = function.ready();
    function.logs.await("asks now");
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    instance.stop();
  }

  @Test
  void aCallIsOverWhenItsExtensionsHaveDoneAndAnsweredBefore() {
    Function function =
        jails
            .python(ECHO)
            .extension(
                "worker",
                """
                id = register("INVOKE")
                while True:
                    next(id)
                    while not os.path.exists("/tmp/release"):
                        time.sleep(0.01)
                    print("worked")
                """);
    function.extension(
        "helper",
        """
        id = register("INVOKE")
        next(id)
        time.sleep(0.3)
        open("/tmp/release", "w").close()
        next(id)
        """);
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    assertThat(function.logs.text()).doesNotContain("worked");
    CompletableFuture<Void> over = new CompletableFuture<>();
    instance.afterCall(() -> over.complete(null));
    over.orTimeout(30, TimeUnit.SECONDS).join();
    function.logs.await("worked");
    instance.stop();
  }

  @Test
  void aTimeoutIsAnsweredAtOnceAndExtensionsHearOfIt() throws Exception {
    Function function =
        jails
            .python("import time\ndef handler(event): time.sleep(1000)\n")
            .extension("follower", FOLLOWER);
    Instance instance = function.ready();
    assertThat(invoke(instance, "1", Duration.ofMillis(300))).isEqualTo(new Outcome.TimedOut());
    awaitGone(instance);
    assertThat(function.logs.text()).contains("\"shutdownReason\": \"timeout\"");
  }

  @Test
  void aRuntimeThatExitsIsReportedAndExtensionsHearOfIt() throws Exception {
    Function function =
        jails
            .python("import os\ndef handler(event): os._exit(7)\n")
            .extension("follower", FOLLOWER);
    Instance instance = function.ready();
    assertThat(invoke(instance, "1")).isEqualTo(new Outcome.Exited(7, false));
    awaitGone(instance);
    assertThat(function.logs.text()).contains("\"shutdownReason\": \"failure\"");
  }

  @Test
  void theRuntimeIsAskedToEndBeforeTheExtensionsHear() throws Exception {
    Function function =
        jails
            .python(
                """
                import signal, sys
                def end(signal, frame):
                    print("the runtime was asked")
                    sys.exit(0)
                signal.signal(signal.SIGTERM, end)
                """
                    + ECHO)
            .extension("follower", FOLLOWER);
    Instance instance = function.ready();
    instance.stop();
    awaitGone(instance);
    String text = function.logs.text();
    assertThat(text).contains("the runtime was asked");
    assertThat(text.indexOf("the runtime was asked")).isLessThan(text.indexOf("SHUTDOWN"));
  }

  @Test
  void anInternalExtensionHearsOfCallsAndItsRuntimeIsAskedToEnd() throws Exception {
    Function function =
        jails.python(
            """
            import http.client, json, os, signal, sys, threading
            api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
            def call(method, path, headers, body=None):
                api.request(method, "/2020-01-01/extension/" + path, body, headers)
                answer = api.getresponse()
                return answer, answer.read().decode()
            answer, text = call("POST", "register", {"Lambda-Extension-Name": "inside",
                "Lambda-Extension-Accept-Feature": "accountId"}, '{"events":["INVOKE"]}')
            print("told", text)
            print("no shutdown:", call("POST", "register", {"Lambda-Extension-Name": "other"},
                '{"events":["SHUTDOWN"]}')[1])
            me = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
            def follow():
                while True:
                    print("heard", call("GET", "event/next", me)[1])
            threading.Thread(target=follow, daemon=True).start()
            def end(signal, frame):
                print("asked to end")
                sys.exit(0)
            signal.signal(signal.SIGTERM, end)
            """
                + ECHO);
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    function.logs.await("heard {\"eventType\":\"INVOKE\"");
    instance.stop();
    awaitGone(instance);
    assertThat(function.logs.text())
        .contains(
            "told {\"functionName\":\"test\",\"functionVersion\":\"$LATEST\",\"handler\":\"app.handler\",\"accountId\":\"000000000000\"}")
        .contains("Extension.InvalidEventType")
        .contains("asked to end");
  }

  @Test
  void programsThatCannotBeStartedAreLaunchErrors() throws IOException {
    Function function = jails.python(ECHO).extensionProgram("text", "no program");
    Files.setPosixFilePermissions(
        function.layers.orElseThrow().resolve("extensions/text"),
        PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(notReady(function))
        .isEqualTo(
            new Outcome.ExtensionError(
                "Extension.LaunchError", "fork/exec /opt/extensions/text: permission denied"));
    Function nowhere = jails.python(ECHO).extensionProgram("lost", "#!/nowhere/at/all\n");
    assertThat(notReady(nowhere))
        .isEqualTo(
            new Outcome.ExtensionError(
                "Extension.LaunchError",
                "fork/exec /opt/extensions/lost: no such file or directory"));
  }

  @Test
  void moreThanTenAreALaunchError() {
    Function function = jails.python(ECHO);
    for (int i = 0; i <= ExtensionsSpec.MOST; i++) {
      function.extension("extension" + i, "next(register())\n");
    }
    assertThat(notReady(function))
        .isEqualTo(new Outcome.ExtensionError("Extension.LaunchError", "ErrTooManyExtensions"));
  }

  @Test
  void thousandsOfProgramsHoldNobodyUp() {
    Function function = jails.python(ECHO);
    for (int i = 0; i < 2000; i++) {
      function.extensionProgram("program" + i, "#!/bin/sh\nkill -STOP $PPID\n");
    }
    assertThat(notReady(function))
        .isEqualTo(new Outcome.ExtensionError("Extension.LaunchError", "ErrTooManyExtensions"));
  }

  @Test
  void whoStopsForWantOfMemoryDoesNotTellExtensionsFirst() throws Exception {
    Function function = jails.python(ECHO).extension("follower", FOLLOWER);
    Instance instance = function.ready();
    instance.freeze();
    instance.stopAtOnce();
    awaitGone(instance);
    assertThat(function.logs.text()).contains("registered").doesNotContain("SHUTDOWN");
  }

  @Test
  void anExtensionThatEndsEndsItsInstance() throws Exception {
    assertThat(notReady(jails.python(ECHO).extension("ends", "sys.exit(3)\n")))
        .isEqualTo(new Outcome.ExtensionError("Extension.Crash", "exit status 3"));
    Function later =
        jails
            .python("import time\ndef handler(event): time.sleep(1000)\n")
            .extension("later", "next(register('INVOKE'))\n");
    Instance instance = later.ready();
    assertThat(invoke(instance, "1"))
        .isEqualTo(new Outcome.ExtensionError("Extension.Crash", "exit code 0"));
    awaitGone(instance);
    Function killed =
        jails
            .python("import time\ndef handler(event): time.sleep(1000)\n")
            .extension("killed", "next(register('INVOKE'))\nos.kill(os.getpid(), 9)\n");
    Instance other = killed.ready();
    assertThat(invoke(other, "1"))
        .isEqualTo(new Outcome.ExtensionError("Extension.Crash", "signal: killed"));
    awaitGone(other);
    assertThat(other.usable()).isFalse();
  }

  @Test
  void errorsThatExtensionsReportAreNamed() {
    assertThat(
            notReady(
                jails
                    .python(ECHO)
                    .extension(
                        "unable",
                        """
                        id = register()
                        print(call("POST", "init/error", "{}", Identifier=id)[1])
                        print(call("POST", "init/error", "{}", Identifier=id,
                                   Function_Error_Type="Unable.Today")[1])
                        time.sleep(1000)
                        """)))
        .isEqualTo(new Outcome.ExtensionError("Extension.InitError", "Unable.Today"));
    Function exits =
        jails
            .python("import time\ndef handler(event): time.sleep(1000)\n")
            .extension(
                "exits",
                """
                id = register("INVOKE")
                next(id)
                call("POST", "exit/error", "{}", Identifier=id, Function_Error_Type="Enough.Now")
                """);
    assertThat(invoke(exits.ready(), "1"))
        .isEqualTo(new Outcome.ExtensionError("Extension.ExitError", "Enough.Now"));
  }

  @Test
  void anExtensionThatNeverRegistersTimesOutInInit() {
    Function function = jails.python(ECHO).extension("silent", "time.sleep(1000)\n");
    assertThat(notReady(function, Duration.ofMillis(500))).isEqualTo(new Outcome.TimedOut());
  }

  @Test
  void anExtensionThatNeverAsksTimesOutInInit() {
    Function function = jails.python(ECHO).extension("idle", "register()\ntime.sleep(1000)\n");
    assertThat(notReady(function, Duration.ofSeconds(1))).isEqualTo(new Outcome.TimedOut());
  }

  @Test
  void whatIsWrittenToTheReportPipeHurtsNobodyElse() throws Exception {
    Function liar =
        jails
            .python(ECHO)
            .extension(
                "liar",
                """
                id = register("INVOKE")
                for process in os.listdir("/proc"):
                    try:
                        with open("/proc/" + process + "/fd/7", "w") as reports:
                            reports.write("x" * 100000 + "\\np 1\\ne 99 0\\ne -1 z\\nr\\n\\n")
                    except OSError:
                        pass
                while True:
                    next(id)
                """);
    Instance instance = liar.ready();
    Instance other = jails.python(ECHO).ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    assertThat(answer(invoke(other, "2"))).isEqualTo("2");
    instance.stop();
    awaitGone(instance);
    assertThat(answer(invoke(other, "3"))).isEqualTo("3");
    other.stop();
  }

  @Test
  void aClientThatIsMadeForSnapshotsIsRestoredAtOnce() {
    Function function =
        jails.shell(
            """
            api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
            curl -s -o /dev/null -w 'restored %{http_code}\\n' "$api/restore/next"
            while true; do
              curl -s -D /tmp/headers "$api/invocation/next" > /dev/null
              id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//p' /tmp/headers | tr -d '\\r')
              late=$(curl -s -o /dev/null -w '%{http_code}' "$api/restore/next")
              curl -s -X POST "$api/invocation/$id/response" -d "late $late" > /dev/null
            done
            """);
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "1"))).isEqualTo("late 403");
    assertThat(function.logs.text()).contains("restored 200");
    instance.stop();
    assertThat(
            notReady(
                jails.shell(
                    """
                    curl -s -X POST "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/restore/error" -d '{"errorMessage":"no"}' > /dev/null
                    sleep 1000
                    """)))
        .isInstanceOf(Outcome.InitError.class);
  }

  /** Takes telemetry over HTTP or TCP and prints what comes. */
  private static final String SUBSCRIBER =
      """
      import http.server, socket, threading
      class Taker(http.server.BaseHTTPRequestHandler):
          def do_POST(self):
              body = self.rfile.read(int(self.headers["Content-Length"])).decode()
              for event in json.loads(body):
                  if event["type"] != "extension":
                      print("took", json.dumps(event))
              self.send_response(200)
              self.end_headers()
          def log_message(self, *ignored): pass
      def subscribe(id, destination, **more):
          api.request("PUT", "/2022-07-01/telemetry", json.dumps({
              "schemaVersion": "2022-12-13", "types": ["platform", "function", "extension"],
              "buffering": {"timeoutMs": 25, "maxItems": 1000, "maxBytes": 262144},
              "destination": destination, **more}), {"Lambda-Extension-Identifier": id})
          answer = api.getresponse()
          return answer.status, answer.read().decode()
      """;

  @Test
  void telemetryComesOverHttp() throws Exception {
    Function function =
        jails
            .python(ECHO)
            .extension(
                "taker",
                SUBSCRIBER
                    + """
                    id = register("INVOKE", "SHUTDOWN")
                    server = http.server.ThreadingHTTPServer(("sandbox.localdomain", 8080), Taker)
                    threading.Thread(target=server.serve_forever, daemon=True).start()
                    print(subscribe(id, {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080/in"}))
                    print("refused", subscribe(id, {"protocol": "HTTP", "URI": "http://example.com:80"})[0],
                          subscribe(id, {"protocol": "TCP", "port": 0})[0],
                          subscribe(id, {"protocol": "TCP", "port": 1}, types=["all"])[0],
                          subscribe(id, {"protocol": "TCP", "port": 1}, types=[])[0],
                          subscribe(id, {"protocol": "TCP", "port": 1}, buffering={"maxItems": 1})[0])
                    while next(id)["eventType"] != "SHUTDOWN":
                        pass
                    """);
    function.telemetry.tell(Telemetry.Kind.PLATFORM, "{\"type\":\"platform.initStart\"}");
    Instance instance = function.ready();
    function.telemetry.tell(Telemetry.Kind.FUNCTION, "{\"type\":\"function\",\"record\":\"said\"}");
    function.logs.await("took {\"type\": \"function\", \"record\": \"said\"}");
    assertThat(function.logs.text())
        .contains("(200, '\"OK\"')")
        .contains("refused 400 400 400 400 400")
        .contains("took {\"type\": \"platform.initStart\"}")
        .contains(
            "\"type\": \"platform.telemetrySubscription\", \"record\": {\"name\": \"taker\", \"state\": \"Subscribed\", \"types\": [\"extension\", \"function\", \"platform\"]}");
    instance.stop();
    awaitGone(instance);
  }

  @Test
  void telemetryComesOverTcpAndWhoIsTooSlowHearsOfWhatIsLost() throws Exception {
    Function function =
        jails
            .python(ECHO)
            .extension(
                "taker",
                SUBSCRIBER
                    + """
                    id = register("INVOKE")
                    listener = socket.create_server(("127.0.0.1", 8081))
                    print(subscribe(id, {"protocol": "TCP", "port": 8081}))
                    def take():
                        lines = listener.accept()[0].makefile()
                        print("first", lines.readline().strip())
                        while not os.path.exists("/tmp/go"):
                            time.sleep(0.01)
                        for line in lines:
                            event = json.loads(line)
                            if event["type"] == "platform.logsDropped":
                                print("lost", event["record"]["droppedRecords"] > 0)
                    threading.Thread(target=take, daemon=True).start()
                    while True:
                        next(id)
                        open("/tmp/go", "w").close()
                    """);
    Instance instance = function.ready();
    String flood = "{\"type\":\"function\",\"record\":\"" + "x".repeat(100_000) + "\"}";
    for (int i = 0; i < 200; i++) {
      function.telemetry.tell(Telemetry.Kind.FUNCTION, flood);
    }
    function.logs.await("first {");
    assertThat(answer(invoke(instance, "1"))).isEqualTo("1");
    function.logs.await("lost True");
    instance.stop();
    awaitGone(instance);
  }
}
