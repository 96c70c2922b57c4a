package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;

/** Extensions that come with layers, in every runtime. */
final class TestExtensionLayers {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final List<String> NAMES =
      List.of(
          "extended-python",
          "extended-node",
          "extended-custom",
          "extended-crashing",
          "extended-told");

  /** An extension in shell and curl, as people write them. */
  private static final String FOLLOWER =
      """
      #!/bin/bash
      api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
      curl -s -D /tmp/registered -H "Lambda-Extension-Name: ${0##*/}" "$api/register" \\
        -d '{"events":["INVOKE","SHUTDOWN"]}' > /dev/null
      id=$(sed -n 's/^Lambda-Extension-Identifier: *//p' /tmp/registered | tr -d '\\r')
      echo "follower registered"
      while true; do
        event=$(curl -s -H "Lambda-Extension-Identifier: $id" "$api/event/next")
        echo "follower heard $event"
        case $event in *SHUTDOWN*) exit 0 ;; esac
      done
      """;

  @AfterAll
  static void deleteFunctions() {
    FUNCTIONS.delete(NAMES);
  }

  private static Consumer<CreateFunctionRequest.Builder> extension(String name, String program) {
    String layer =
        FUNCTIONS
            .client()
            .publishLayerVersion(
                request ->
                    request
                        .layerName(name)
                        .content(
                            content ->
                                content.zipFile(
                                    SdkBytes.fromByteArray(
                                        new Zip().program("extensions/" + name, program).bytes()))))
            .layerVersionArn();
    return request -> request.layers(layer).timeout(30);
  }

  private static void assertFollowed(String name, String answer) {
    assertThat(FUNCTIONS.invoke(name, "1").payload().asUtf8String()).isEqualTo(answer);
    MAYFLY.awaitLog(name, "follower heard {\"eventType\":\"INVOKE\"");
    assertThat(MAYFLY.functionLog(name))
        .contains("Start: extensions and runtime started afresh")
        .contains("EXTENSION\tName: follower\tState: Ready\tEvents: [INVOKE,SHUTDOWN]")
        .contains("follower registered");
    assertThat(FUNCTIONS.invoke(name, "1").payload().asUtf8String()).isEqualTo(answer);
    assertThat(
            MAYFLY
                .functionLog(name)
                .lines()
                .filter(line -> line.equals("follower registered"))
                .count())
        .isEqualTo(1);
    FUNCTIONS
        .client()
        .updateFunctionConfiguration(request -> request.functionName(name).description("new"));
    MAYFLY.awaitLog(
        name, "follower heard {\"eventType\":\"SHUTDOWN\",\"shutdownReason\":\"spindown\"");
  }

  @Test
  void pythonHasExtensions() {
    FUNCTIONS.deploy(
        NAMES.get(0),
        MAYFLY.newestRuntime("python"),
        "app.handler",
        new Zip().file("app.py", "def handler(event, context): return [event]\n").bytes(),
        extension("follower", FOLLOWER));
    assertFollowed(NAMES.get(0), "[1]");
  }

  @Test
  void nodeHasExtensions() {
    FUNCTIONS.deploy(
        NAMES.get(1),
        MAYFLY.newestRuntime("nodejs"),
        "app.handler",
        new Zip().file("app.js", "exports.handler = async (event) => [event];").bytes(),
        extension("follower", FOLLOWER));
    assertFollowed(NAMES.get(1), "[1]");
  }

  @Test
  void customRuntimesHaveExtensions() {
    FUNCTIONS.deployPython(
        NAMES.get(2),
        "def handler(event, context): return [event]\n",
        extension("follower", FOLLOWER));
    assertFollowed(NAMES.get(2), "[1]");
  }

  @Test
  void anExtensionThatEndsIsTheCallersErrorInLambdasWords() {
    FUNCTIONS.deployPython(
        NAMES.get(3),
        "def handler(event, context): return [event]\n",
        extension("crashing", "#!/bin/sh\nexit 3\n"));
    assertThat(FUNCTIONS.invoke(NAMES.get(3), "1").payload().asUtf8String())
        .matches(
            "\\{\"errorType\":\"Extension.Crash\",\"errorMessage\":\"RequestId: [-0-9a-f]+ Error: exit status 3\"}");
    MAYFLY.awaitLog(NAMES.get(3), "Error Type: Extension.Crash");
  }

  /** Takes telemetry and prints which kinds of events came, and what they say. */
  private static final String SUBSCRIBER =
      """
      #!/usr/bin/python3 -u
      import http.client, http.server, json, os, sys, threading
      api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
      def call(method, path, body=None, **headers):
          api.request(method, path, body, {"Lambda-Extension-" + key: value for key, value in headers.items()})
          answer = api.getresponse()
          return answer, answer.read()
      class Taker(http.server.BaseHTTPRequestHandler):
          def do_POST(self):
              for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                  if event["type"] != "extension":
                      print("told", event["type"], json.dumps(event["record"]))
              self.send_response(200)
              self.end_headers()
          def log_message(self, *ignored): pass
      server = http.server.ThreadingHTTPServer(("0.0.0.0", 4243), Taker)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      answer, _ = call("POST", "/2020-01-01/extension/register", '{"events":["INVOKE","SHUTDOWN"]}',
                       Name="subscriber")
      id = answer.headers["Lambda-Extension-Identifier"]
      call("PUT", "/2022-07-01/telemetry", json.dumps({
          "schemaVersion": "2022-12-13", "types": ["platform", "function", "extension"],
          "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 25},
          "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:4243"}}), Identifier=id)
      while json.loads(call("GET", "/2020-01-01/extension/event/next", Identifier=id)[1])["eventType"] != "SHUTDOWN":
          pass
      """;

  @Test
  void subscribersAreToldOfInitsCallsAndLines() {
    String name = NAMES.get(4);
    FUNCTIONS.deploy(
        name,
        MAYFLY.newestRuntime("python"),
        "app.handler",
        new Zip().file("app.py", "def handler(event, context): print('said', event)\n").bytes(),
        extension("subscriber", SUBSCRIBER));
    String request = FUNCTIONS.invoke(name, "7").responseMetadata().requestId();
    MAYFLY.awaitLog(name, "told platform.report {\"requestId\": \"" + request + "\"");
    MAYFLY.awaitLog(name, "told function \"said 7\\n\"");
    assertThat(MAYFLY.functionLog(name))
        .contains(
            "told platform.initStart {\"initializationType\": \"on-demand\", \"phase\": \"init\"")
        .contains("told platform.telemetrySubscription {\"name\": \"subscriber\"")
        .contains(
            "told platform.extension {\"name\": \"subscriber\", \"state\": \"Ready\", \"events\": [\"INVOKE\", \"SHUTDOWN\"]}")
        .contains("told platform.initRuntimeDone ")
        .contains("told platform.initReport ")
        .contains(
            "told platform.start {\"requestId\": \"" + request + "\", \"version\": \"$LATEST\"")
        .contains(
            "told platform.runtimeDone {\"requestId\": \""
                + request
                + "\", \"status\": \"success\"")
        .contains("REPORT RequestId: " + request);
  }
}
