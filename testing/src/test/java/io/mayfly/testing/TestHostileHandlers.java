package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Handlers that are wrong or mean: an error in AWS's words, and nobody else harmed. */
final class TestHostileHandlers {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final String PYTHON = MAYFLY.newestRuntime("python");

  @Test
  void missingModulesAndHandlersAreNamed() {
    InvokeResponse module = run("def handler(event, context): return 1\n", "absent.handler", "{}");
    assertThat(module.functionError()).isEqualTo("Unhandled");
    assertThat(field(module, "errorType")).isEqualTo("Runtime.ImportModuleError");
    assertThat(field(module, "errorMessage"))
        .isEqualTo("Unable to import module 'absent': No module named 'absent'");
    InvokeResponse handler = run("def other(event, context): return 1\n", "app.handler", "{}");
    assertThat(field(handler, "errorType")).isEqualTo("Runtime.HandlerNotFound");
    assertThat(field(handler, "errorMessage"))
        .isEqualTo("Handler 'handler' missing on module 'app'");
  }

  @Test
  void errorsAtImportAreReported() {
    InvokeResponse raised = run("raise RuntimeError('at import')\n", "app.handler", "{}");
    assertThat(raised.functionError()).isEqualTo("Unhandled");
    assertThat(field(raised, "errorType")).isEqualTo("RuntimeError");
    assertThat(field(raised, "errorMessage")).isEqualTo("at import");
    InvokeResponse syntax = run("def handler(:\n", "app.handler", "{}");
    assertThat(field(syntax, "errorType")).isEqualTo("Runtime.UserCodeSyntaxError");
    InvokeResponse left = run("import os\nos._exit(7)\n", "app.handler", "{}");
    assertThat(left.functionError()).isEqualTo("Unhandled");
    assertThat(text(left)).contains("Runtime exited with error: exit status 7");
  }

  @Test
  void missingBootstrapsAreReported() {
    FUNCTIONS.deploy("mean-bootstrap", "provided.al2023", "x", new Zip().file("data", "1").bytes());
    InvokeResponse response = FUNCTIONS.invoke("mean-bootstrap", "{}");
    assertThat(response.functionError()).isEqualTo("Unhandled");
    assertThat(field(response, "errorType")).startsWith("Runtime.");
    FUNCTIONS.delete(List.of("mean-bootstrap"));
  }

  @Test
  void resultsThatCannotBeSerialisedAreMarshalErrors() {
    InvokeResponse response =
        run("def handler(event, context): return {1, 2}\n", "app.handler", "{}");
    assertThat(field(response, "errorType")).isEqualTo("Runtime.MarshalError");
    assertThat(field(response, "errorMessage"))
        .contains("Unable to marshal response: Object of type set is not JSON serializable");
  }

  @Test
  void responsesAreServedUpToSixMegabytesAndRefusedAbove() {
    String code = "def handler(event, context): return 'x' * event\n";
    assertThat(run(code, "app.handler", "6291400").payload().asByteArrayUnsafe())
        .hasSize(6_291_402);
    InvokeResponse large = run(code, "app.handler", "6300000");
    assertThat(large.functionError()).isEqualTo("Unhandled");
    assertThat(field(large, "errorType")).isEqualTo("Function.ResponseSizeTooLarge");
    assertThat(field(large, "errorMessage"))
        .isEqualTo("Response payload size exceeded maximum allowed payload size (6291556 bytes).");
  }

  @Test
  void hundredMegabytesOfOutputSlowNobodyAndStayWithinTheLogsBound() throws Exception {
    try (Mayfly mayfly = Mayfly.start("--log-limit", "1")) {
      Functions functions = mayfly.functions();
      functions.deployPython("quiet", "def handler(event, context): return 1\n");
      functions.invoke("quiet", "{}");
      functions.deployPython(
          "loud",
          """
          import sys
          def handler(event, context):
              line = "x" * 1023 + "\\n"
              for _ in range(100 * 1024):
                  sys.stdout.write(line)
              print("the end of it")
              return "done"
          """,
          request -> request.timeout(60).memorySize(512));
      InvokeResponse response = functions.invoke("loud", "{}");
      assertThat(text(response)).isEqualTo("\"done\"");
      assertThat(log(response)).hasSizeLessThanOrEqualTo(4096).contains("REPORT RequestId: ");
      assertThat(text(functions.invoke("quiet", "{}"))).isEqualTo("1");
      mayfly.awaitLog("loud", "REPORT RequestId: ");
      assertThat(mayfly.functionLog("loud").length()).isLessThanOrEqualTo(1024 * 1024);
      try (var files = java.nio.file.Files.list(mayfly.data().resolve("logs"))) {
        assertThat(files.mapToLong(file -> file.toFile().length()).sum())
            .isLessThanOrEqualTo(1024 * 1024 + 64 * 1024);
      }
    }
  }

  @Test
  void thousandForksStayInTheirJail() {
    custom(
        "mean-forks",
        """
        import os, time
        def handler(event, context):
            children = 0
            try:
                while children < 3000:
                    if os.fork() == 0:
                        time.sleep(100)
                        os._exit(0)
                    children += 1
            except OSError as error:
                return {"children": children, "error": str(error)}
            return {"children": children, "error": ""}
        """,
        request -> request.timeout(30).memorySize(1024));
    InvokeResponse response = FUNCTIONS.invoke("mean-forks", "{}");
    assertThat(Json.of(text(response)).path("children").asInt()).isLessThan(1024);
    assertThat(field(response, "error")).contains("Resource temporarily unavailable");
    FUNCTIONS.delete(List.of("mean-forks"));
    assertServes();
  }

  @Test
  void fullDiskIsTheFunctionsOwn() {
    custom(
        "mean-disk",
        """
        def handler(event, context):
            written = 0
            try:
                with open("/tmp/fill", "wb", 0) as file:
                    while written < (2 << 30):
                        written += file.write(b"x" * (1 << 20))
            except OSError as error:
                return {"megabytes": written >> 20, "error": str(error)}
        """,
        request -> request.timeout(60).memorySize(1024));
    InvokeResponse response = FUNCTIONS.invoke("mean-disk", "{}");
    assertThat(Json.of(text(response)).path("megabytes").asInt()).isBetween(480, 512);
    assertThat(field(response, "error")).contains("No space left on device");
    FUNCTIONS.delete(List.of("mean-disk"));
    assertServes();
  }

  @Test
  void codeIsReadOnlyAndTheHostIsNotThere() {
    custom(
        "mean-walls",
        """
        import os, socket
        def attempt(what):
            try:
                return str(what())
            except Exception as error:
                return type(error).__name__
        def handler(event, context):
            return {
                "code": attempt(lambda: open("/var/task/app.py", "w")),
                "platform": attempt(lambda: os.listdir(event)),
                "user": os.getuid(),
                "processes": len([p for p in os.listdir("/proc") if p.isdigit()]),
                "loopback": attempt(lambda: socket.create_connection(("127.0.0.1", 22), 1)),
            }
        """,
        request -> {});
    InvokeResponse response = FUNCTIONS.invoke("mean-walls", Json.quoted(MAYFLY.data().toString()));
    assertThat(field(response, "code")).isIn("OSError", "PermissionError");
    assertThat(field(response, "platform")).isEqualTo("FileNotFoundError");
    assertThat(Json.of(text(response)).path("user").asInt()).isNotZero();
    assertThat(Json.of(text(response)).path("processes").asInt()).isLessThan(5);
    assertThat(field(response, "loopback")).isEqualTo("ConnectionRefusedError");
    FUNCTIONS.delete(List.of("mean-walls"));
  }

  private static void custom(
      String name, String code, Consumer<CreateFunctionRequest.Builder> more) {
    FUNCTIONS.deployPython(name, code, more);
  }

  /** Runs code in a managed runtime once. */
  private static InvokeResponse run(String code, String handler, String event) {
    FUNCTIONS.deploy(
        "mean-python",
        PYTHON,
        handler,
        new Zip().file("app.py", code).bytes(),
        request -> request.timeout(20).memorySize(512));
    InvokeResponse response = FUNCTIONS.invoke("mean-python", event);
    FUNCTIONS.delete(List.of("mean-python"));
    return response;
  }

  private static void assertServes() {
    FUNCTIONS.deployPython("mean-check", "def handler(event, context): return 'well'\n");
    assertThat(text(FUNCTIONS.invoke("mean-check", "{}"))).isEqualTo("\"well\"");
    FUNCTIONS.delete(List.of("mean-check"));
  }

  private static String text(InvokeResponse response) {
    return response.payload().asUtf8String();
  }

  private static String field(InvokeResponse response, String name) {
    return Json.of(text(response)).path(name).asString();
  }

  private static String log(InvokeResponse response) {
    return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
  }
}
