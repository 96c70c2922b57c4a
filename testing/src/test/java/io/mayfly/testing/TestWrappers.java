package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Functions whose runtimes are started by a wrapper script, as on Lambda. */
final class TestWrappers {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final List<String> NAMES =
      List.of(
          "wrapped-python",
          "wrapped-node",
          "wrapped-java",
          "wrapped-custom",
          "wrapped-missing",
          "wrapped-unfit");

  /** Puts an option before the last word, as in the developer guide. */
  private static final String WRAPPER =
      """
      #!/bin/bash
      echo "wraps $1 at $AWS_LAMBDA_EXEC_WRAPPER"
      export FROM_WRAPPER=yes
      [ -z "$OPTION" ] || set -- "${@:1:$#-1}" "$OPTION" "${@: -1}"
      exec "$@"
      """;

  private static final String PYTHON =
      """
      import os, sys
      def handler(event, context):
          return [os.environ.get("FROM_WRAPPER"), sys.flags.dev_mode]
      """;

  @AfterAll
  static void deleteFunctions() {
    FUNCTIONS.delete(NAMES);
  }

  private static Consumer<CreateFunctionRequest.Builder> variables(String... namesAndValues) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return request -> request.environment(environment -> environment.variables(all)).timeout(30);
  }

  private static String answer(String name) {
    return FUNCTIONS.invoke(name, "{}").payload().asUtf8String();
  }

  @Test
  void aWrapperOfTheFunctionStartsPython() {
    FUNCTIONS.deploy(
        NAMES.get(0),
        MAYFLY.newestRuntime("python"),
        "app.handler",
        new Zip().file("app.py", PYTHON).program("wrap", WRAPPER).bytes(),
        variables("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/wrap", "OPTION", "-Xdev"));
    assertThat(answer(NAMES.get(0))).isEqualTo("[\"yes\", true]");
    MAYFLY.awaitLog(NAMES.get(0), "Start: wrapper started afresh");
    MAYFLY.awaitLog(NAMES.get(0), "at /var/task/wrap");
  }

  @Test
  void aWrapperOfALayerStartsNode() {
    String layer =
        FUNCTIONS
            .client()
            .publishLayerVersion(
                request ->
                    request
                        .layerName("wrapper")
                        .content(
                            content ->
                                content.zipFile(
                                    SdkBytes.fromByteArray(
                                        new Zip().program("wrap", WRAPPER).bytes()))))
            .layerVersionArn();
    FUNCTIONS.deploy(
        NAMES.get(1),
        MAYFLY.newestRuntime("nodejs"),
        "app.handler",
        new Zip()
            .file(
                "app.js",
                "exports.handler = async () => [process.env.FROM_WRAPPER, Error.stackTraceLimit];")
            .bytes(),
        variables("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrap", "OPTION", "--stack-trace-limit=7")
            .andThen(request -> request.layers(layer)));
    assertThat(answer(NAMES.get(1))).isEqualTo("[\"yes\",7]");
  }

  @Test
  void aWrapperStartsJava(@TempDir Path folder) throws IOException {
    Path source = folder.resolve("App.java");
    Files.writeString(
        source,
        "public class App { public String handle(Object event) { return System.getenv(\"FROM_WRAPPER\") + System.getProperty(\"from.wrapper\"); } }");
    Ran.command(
            List.of(
                System.getProperty("java.home") + "/bin/javac",
                "--release",
                "17",
                "-d",
                folder.toString(),
                source.toString()),
            Map.of())
        .ok();
    FUNCTIONS.deploy(
        NAMES.get(2),
        MAYFLY.newestRuntime("java"),
        "App::handle",
        new Zip()
            .file("App.class", Files.readAllBytes(folder.resolve("App.class")))
            .program("wrap", WRAPPER)
            .bytes(),
        variables("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/wrap", "OPTION", "-Dfrom.wrapper=too")
            .andThen(request -> request.memorySize(512)));
    assertThat(answer(NAMES.get(2))).isEqualTo("\"yestoo\"");
  }

  @Test
  void customRuntimesHaveNoWrappers() {
    FUNCTIONS.deployPython(
        NAMES.get(3),
        """
        import os
        def handler(event, context):
            return [os.environ.get('FROM_WRAPPER'), os.environ.get('AWS_EXECUTION_ENV')]
        """,
        variables("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/none"));
    assertThat(answer(NAMES.get(3))).isEqualTo("[null, null]");
  }

  @Test
  void aWrapperThatCannotBeIsNamedAndEndsTheStart() {
    FUNCTIONS.deploy(
        NAMES.get(4),
        MAYFLY.newestRuntime("python"),
        "app.handler",
        new Zip().file("app.py", PYTHON).bytes(),
        variables("AWS_LAMBDA_EXEC_WRAPPER", "/opt/none"));
    InvokeResponse missing = FUNCTIONS.invoke(NAMES.get(4), "{}");
    assertThat(missing.functionError()).isEqualTo("Unhandled");
    assertThat(missing.payload().asUtf8String())
        .contains("\"errorType\":\"Runtime.ExitError\"")
        .contains("Runtime exited with error: exit status 127");
    MAYFLY.awaitLog(NAMES.get(4), "/opt/none: does not exist");
    FUNCTIONS.deploy(
        NAMES.get(5),
        MAYFLY.newestRuntime("nodejs"),
        "app.handler",
        new Zip().file("app.js", "exports.handler = async () => 1;").bytes(),
        variables("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/app.js"));
    assertThat(answer(NAMES.get(5))).contains("Runtime exited with error: exit status 126");
    MAYFLY.awaitLog(NAMES.get(5), "/var/task/app.js: is not an executable");
  }
}
