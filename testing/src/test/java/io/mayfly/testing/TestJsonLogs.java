package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.ApplicationLogLevel;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.SystemLogLevel;

/** Logs in JSON, asked for and written as on Lambda. */
final class TestJsonLogs {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final List<String> NAMES =
      List.of("json-python", "json-node", "json-custom", "json-settings");

  private static final LoggingConfig WARNINGS =
      LoggingConfig.builder()
          .logFormat(LogFormat.JSON)
          .applicationLogLevel(ApplicationLogLevel.WARN)
          .systemLogLevel(SystemLogLevel.DEBUG)
          .build();

  @AfterAll
  static void deleteFunctions() {
    FUNCTIONS.delete(NAMES);
  }

  private static List<String> lines(String name, String last) {
    MAYFLY.awaitLog(name, last);
    return MAYFLY.functionLog(name).lines().toList();
  }

  @Test
  void pythonsRecordsAndThePlatformsEventsAreObjects() {
    FUNCTIONS.deploy(
        NAMES.get(0),
        MAYFLY.newestRuntime("python"),
        "app.handler",
        new Zip()
            .file(
                "app.py",
                """
                import logging
                def handler(event, context):
                    logging.info('quiet')
                    logging.warning('loud %s', event)
                    return 1
                """)
            .bytes(),
        request -> request.loggingConfig(WARNINGS));
    FUNCTIONS.invoke(NAMES.get(0), "7");
    List<String> lines = lines(NAMES.get(0), "platform.report");
    assertThat(lines).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    assertThat(String.join("\n", lines))
        .contains("\"type\":\"platform.initStart\"")
        .contains("\"type\":\"platform.initRuntimeDone\"")
        .contains("\"type\":\"platform.start\"")
        .contains("\"type\":\"platform.runtimeDone\"")
        .contains("\"level\": \"WARNING\", \"message\": \"loud 7\"")
        .doesNotContain("quiet")
        .doesNotContain("START RequestId");
  }

  @Test
  void nodesConsoleWritesObjects() {
    FUNCTIONS.deploy(
        NAMES.get(1),
        MAYFLY.newestRuntime("nodejs"),
        "app.handler",
        new Zip()
            .file(
                "app.js",
                "exports.handler = async () => { console.info('quiet'); console.warn({ loud: 7 }); };")
            .bytes(),
        request -> request.loggingConfig(WARNINGS));
    FUNCTIONS.invoke(NAMES.get(1), "7");
    assertThat(String.join("\n", lines(NAMES.get(1), "platform.report")))
        .contains("\"level\":\"WARN\"")
        .contains("\"message\":{\"loud\":7}")
        .doesNotContain("quiet");
  }

  @Test
  void linesOfCustomRuntimesAreSiftedByTheirLevel() {
    FUNCTIONS.deployPython(
        NAMES.get(2),
        """
        import os
        def handler(event, context):
            print('{"level": "debug", "message": "quiet"}')
            print('{"level": "error", "message": "loud"}')
            print("plain")
            return [os.environ["AWS_LAMBDA_LOG_FORMAT"], os.environ["AWS_LAMBDA_LOG_LEVEL"]]
        """,
        request -> request.loggingConfig(WARNINGS));
    assertThat(FUNCTIONS.invoke(NAMES.get(2), "7").payload().asUtf8String())
        .isEqualTo("[\"JSON\", \"WARN\"]");
    assertThat(String.join("\n", lines(NAMES.get(2), "platform.report")))
        .contains("loud")
        .contains("plain")
        .doesNotContain("quiet");
  }

  @Test
  void settingsAreCheckedShownChangedAndKeptWithVersions() {
    String name = NAMES.get(3);
    assertThatThrownBy(
            () ->
                FUNCTIONS.deployPython(
                    name,
                    "handler = None\n",
                    request ->
                        request.loggingConfig(
                            logging -> logging.applicationLogLevel(ApplicationLogLevel.DEBUG))))
        .isInstanceOf(InvalidParameterValueException.class)
        .hasMessageContaining(
            "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request or change the LogFormat to \"Json\" and try again.");
    assertThatThrownBy(
            () ->
                FUNCTIONS.deployPython(
                    name,
                    "handler = None\n",
                    request -> request.loggingConfig(logging -> logging.logGroup("/my/own"))))
        .isInstanceOf(InvalidParameterValueException.class)
        .hasMessageContaining("LoggingConfig.LogGroup: /my/own is not supported yet by Mayfly");
    FUNCTIONS.deployPython(
        name,
        "handler = lambda event, context: event\n",
        request -> request.loggingConfig(logging -> logging.logFormat(LogFormat.JSON)));
    assertThat(shown(name, "$LATEST"))
        .isEqualTo(
            LoggingConfig.builder()
                .logFormat(LogFormat.JSON)
                .applicationLogLevel(ApplicationLogLevel.INFO)
                .systemLogLevel(SystemLogLevel.INFO)
                .logGroup("/aws/lambda/" + name)
                .build());
    change(name, LoggingConfig.builder().systemLogLevel(SystemLogLevel.WARN).build());
    FUNCTIONS.client().publishVersion(request -> request.functionName(name));
    change(name, LoggingConfig.builder().logFormat(LogFormat.TEXT).build());
    assertThat(shown(name, "$LATEST"))
        .isEqualTo(
            LoggingConfig.builder()
                .logFormat(LogFormat.TEXT)
                .logGroup("/aws/lambda/" + name)
                .build());
    assertThat(shown(name, "1").systemLogLevel()).isEqualTo(SystemLogLevel.WARN);
    assertThat(shown(name, "1").applicationLogLevel()).isEqualTo(ApplicationLogLevel.INFO);
    assertThat(
            Tools.aws(
                    MAYFLY,
                    "lambda",
                    "update-function-configuration",
                    "--function-name",
                    name,
                    "--logging-config",
                    "LogFormat=JSON,ApplicationLogLevel=TRACE")
                .ok()
                .out())
        .contains("\"ApplicationLogLevel\": \"TRACE\"");
  }

  private static LoggingConfig shown(String name, String version) {
    return FUNCTIONS
        .client()
        .getFunctionConfiguration(request -> request.functionName(name).qualifier(version))
        .loggingConfig();
  }

  private static void change(String name, LoggingConfig logging) {
    FUNCTIONS
        .client()
        .updateFunctionConfiguration(request -> request.functionName(name).loggingConfig(logging));
    FUNCTIONS.waiter().waitUntilFunctionUpdatedV2(request -> request.functionName(name));
  }
}
