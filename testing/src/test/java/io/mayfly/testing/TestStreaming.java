package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.GetFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvokeMode;

/**
 * Responses that handlers stream, from the handler to AWS's clients and to those of function URLs.
 */
final class TestStreaming {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();

  private static final String STREAMS = "streams";
  private static final String MEETS = "streams-meet";
  private static final String WHOLE = "streams-not";
  private static final String CUSTOM = "streams-custom";
  private static final String PATIENT = "streams-patient";

  private static String streams = "";
  private static String meets = "";

  @BeforeAll
  static void createFunctions() {
    String node = MAYFLY.newestRuntime("nodejs");
    byte[] zip = new Zip().file("app.js", resource("streams.js")).bytes();
    FUNCTIONS.deploy(
        STREAMS, node, "app.handler", zip, request -> request.timeout(3).memorySize(512));
    FUNCTIONS.deploy(
        MEETS,
        node,
        "app.handler",
        zip,
        request ->
            request
                .timeout(60)
                .memorySize(512)
                .environment(
                    environment ->
                        environment.variables(Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "2"))));
    FUNCTIONS.deploy(WHOLE, node, "app.whole", zip);
    FUNCTIONS.deploy(
        PATIENT, node, "app.handler", zip, request -> request.timeout(300).memorySize(512));
    FUNCTIONS.deploy(
        CUSTOM,
        "provided.al2023",
        "none",
        Custom.program(resource("streaming_runtime.py")),
        request ->
            request
                .timeout(60)
                .memorySize(512)
                .environment(
                    environment ->
                        environment.variables(Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "2"))));
    streams = streamingUrl(STREAMS);
    meets = streamingUrl(MEETS);
  }

  @AfterAll
  static void deleteFunctions() {
    FUNCTIONS.delete(List.of(STREAMS, MEETS, WHOLE, CUSTOM, PATIENT));
  }

  private static String resource(String name) {
    try (InputStream in = TestStreaming.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String streamingUrl(String name) {
    return FUNCTIONS
        .client()
        .createFunctionUrlConfig(
            request ->
                request
                    .functionName(name)
                    .authType(FunctionUrlAuthType.NONE)
                    .invokeMode(InvokeMode.RESPONSE_STREAM))
        .functionUrl();
  }

  private static void letGo() {
    assertThat(FUNCTIONS.invoke(MEETS, "{\"do\": \"goes\"}").payload().asUtf8String())
        .isEqualTo("went");
  }

  @Test
  void boto3ReadsWhatHandlersStream() {
    Tools.python(MAYFLY, resource("boto3_streams.py"), STREAMS, MEETS, WHOLE).ok();
  }

  @Test
  void boto3ReadsWhatCustomRuntimesStream() {
    Tools.python(MAYFLY, resource("boto3_custom_streams.py"), CUSTOM).ok();
  }

  @Test
  void curlStreamsOverTheRuntimeApi() {
    String program =
        """
        #!/bin/bash
        API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
        while true; do
          curl -sS -D /tmp/head -o /tmp/event "$API/next"
          ID=$(grep -i '^lambda-runtime-aws-request-id' /tmp/head | tr -d '\\r' | cut -d' ' -f2)
          (echo -n 'one '; cat /tmp/event) |
            curl -sS -o /tmp/answer -X POST -T - -H 'Content-Type: text/plain' \\
              -H 'Lambda-Runtime-Function-Response-Mode: streaming' \\
              -H 'Transfer-Encoding: chunked' "$API/$ID/response"
        done
        """;
    String name =
        FUNCTIONS.deploy("streams-bash", "provided.al2023", "none", Custom.program(program));
    try {
      for (int call = 0; call < 3; call++) {
        assertThat(FUNCTIONS.invoke(name, "\"" + call + "\"").payload().asUtf8String())
            .isEqualTo("one \"" + call + "\"");
      }
    } finally {
      FUNCTIONS.delete(List.of(name));
    }
  }

  @Test
  void theFirstChunkIsThereBeforeTheHandlerEnds() {
    try (HttpStream response = HttpStream.get(meets + "waits")) {
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.header("content-type")).isEqualTo("text/event-stream");
      assertThat(response.header("transfer-encoding")).isEqualTo("chunked");
      assertThat(response.header("x-amzn-requestid")).isNotEmpty();
      assertThat(response.readText(5)).isEqualTo("first");
      letGo();
      assertThat(response.readText(6)).isEqualTo("second");
      assertThat(response.ends()).isTrue();
    }
  }

  @Test
  void curlShowsChunksAsTheyCome() throws Exception {
    URI address = URI.create(meets);
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sSN",
                "--resolve",
                address.getHost() + ":" + address.getPort() + ":127.0.0.1",
                meets + "waits")
            .start();
    try (InputStream out = curl.getInputStream()) {
      assertThat(out.readNBytes(5)).asString().isEqualTo("first");
      letGo();
      assertThat(out.readAllBytes()).asString().isEqualTo("second");
      assertThat(curl.waitFor()).isZero();
    } finally {
      curl.destroyForcibly();
    }
  }

  @Test
  void theResponseIsOverWithItsStreamAndTheHandlerMayWorkOn() {
    Reply reply = Http.request("GET", meets + "worksOn").send();
    assertThat(reply.text()).isEqualTo("all");
    assertThat(MAYFLY.functionLog(MEETS)).doesNotContain("worked on");
    letGo();
    MAYFLY.awaitLog(MEETS, "worked on");
  }

  @Test
  void metadataAreStatusHeadersAndCookies() {
    Reply reply = Http.request("GET", streams + "metadata").send();
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.header("content-type")).isEqualTo("text/html");
    assertThat(reply.header("x-own")).isEqualTo("yes");
    assertThat(reply.headers("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(reply.text()).isEqualTo("<p></p>");
    Reply empty = Http.request("GET", streams + "empty").send();
    assertThat(empty.status()).isEqualTo(404);
    assertThat(empty.header("content-type")).isEqualTo("application/octet-stream");
    assertThat(empty.text()).isEmpty();
    Reply bodiless = Http.request("GET", streams + "bodiless").send();
    assertThat(bodiless.status()).isEqualTo(204);
    assertThat(bodiless.text()).isEmpty();
  }

  @Test
  void streamsWithoutMetadataAreTheBodyOfA200() {
    Reply reply = Http.request("GET", streams + "plain").send();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("content-type")).isEqualTo("text/plain");
    assertThat(reply.text()).isEqualTo("one two");
    assertThat(Http.request("GET", streams + "types").send().text()).isEqualTo("refused 4");
    Reply large = Http.request("GET", streams + "large").send();
    assertThat(large.body()).hasSize(8 * 1024 * 1024);
    assertThat(large.header("content-type")).isEqualTo("application/octet-stream");
  }

  @Test
  void whatFailsBeforeTheStreamIsABadGatewayAndWhatFailsInItBreaksOff() {
    for (String way : List.of("throwsBefore", "broken")) {
      Reply reply = Http.request("GET", streams + way).send();
      assertThat(reply.status()).as(way).isEqualTo(502);
      assertThat(reply.text()).isEqualTo("{\"Message\":\"Internal Server Error\"}");
    }
    for (String way : List.of("throwsAfter", "throwsInPipeline", "sleeps")) {
      try (HttpStream response = HttpStream.get(streams + way)) {
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.readText(4)).as(way).isEqualTo("half");
        assertThat(response.ends()).as(way).isFalse();
      }
    }
    MAYFLY.awaitLog(STREAMS, "Task timed out after 3.00 seconds");
    try (HttpStream response = HttpStream.get(meets + "killed")) {
      assertThat(response.readText(4)).isEqualTo("half");
      var _ = FUNCTIONS.invoke(MEETS, "{\"do\": \"goes\"}");
      assertThat(response.ends()).isFalse();
    }
    MAYFLY.awaitLog(MEETS, "signal: killed");
    assertThat(Http.request("GET", streams + "plain").send().text()).isEqualTo("one two");
  }

  @Test
  void bufferedAddressesGatherStreamsAndStreamingOnesSendResultsAsTheyAre() {
    FUNCTIONS
        .client()
        .updateFunctionUrlConfig(
            request -> request.functionName(STREAMS).invokeMode(InvokeMode.BUFFERED));
    try {
      Reply reply = Http.request("GET", streams + "metadata").send();
      assertThat(reply.status()).isEqualTo(201);
      assertThat(reply.header("x-own")).isEqualTo("yes");
      assertThat(reply.text()).isEqualTo("<p></p>");
      assertThat(reply.header("transfer-encoding")).isEmpty();
      Reply plain = Http.request("GET", streams + "plain").send();
      assertThat(plain.header("content-type")).isEqualTo("text/plain");
      assertThat(plain.text()).isEqualTo("one two");
      for (String way : List.of("throwsAfter", "large", "broken")) {
        assertThat(Http.request("GET", streams + way).send().status()).as(way).isEqualTo(502);
      }
    } finally {
      FUNCTIONS
          .client()
          .updateFunctionUrlConfig(
              request -> request.functionName(STREAMS).invokeMode(InvokeMode.RESPONSE_STREAM));
    }
    Reply whole = Http.request("GET", streamingUrl(WHOLE)).send();
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.header("content-type")).isEqualTo("application/json");
    assertThat(Json.of(whole.text()).get("statusCode").asInt()).isEqualTo(201);
  }

  @Test
  void theInvokeModeIsShownListedAndChecked() {
    GetFunctionUrlConfigResponse shown =
        FUNCTIONS.client().getFunctionUrlConfig(request -> request.functionName(MEETS));
    assertThat(shown.invokeMode()).isEqualTo(InvokeMode.RESPONSE_STREAM);
    assertThat(
            FUNCTIONS
                .client()
                .listFunctionUrlConfigs(request -> request.functionName(MEETS))
                .functionUrlConfigs()
                .getFirst()
                .invokeMode())
        .isEqualTo(InvokeMode.RESPONSE_STREAM);
    assertThatThrownBy(
            () ->
                FUNCTIONS
                    .client()
                    .updateFunctionUrlConfig(
                        request -> request.functionName(MEETS).invokeMode("SOMETIMES")))
        .hasMessageContaining("Member must satisfy enum value set: [BUFFERED, RESPONSE_STREAM]");
  }

  @Test
  void slowClientsHoldNobodyUpAndThoseThatLeaveLeaveNothingBehind() {
    String patient = streamingUrl(PATIENT);
    List<HttpStream> slow = new ArrayList<>();
    try {
      for (int client = 0; client < 4; client++) {
        slow.add(HttpStream.get(patient + "huge"));
      }
      for (int call = 0; call < 20; call++) {
        assertThat(Http.request("GET", patient + "plain").send().text()).isEqualTo("one two");
      }
      assertThat(written()).as("handlers wait for their clients").isZero();
      assertThat(slow.getFirst().read(48 * 1024 * 1024)).hasSize(48 * 1024 * 1024);
      assertThat(slow.getFirst().ends()).isTrue();
    } finally {
      slow.forEach(HttpStream::close);
    }
    // Nobody reads the others' rest, and their handlers write it to its end all the same.
    Eventually.holds(Duration.ofMinutes(2), () -> written() == slow.size());
  }

  private static int written() {
    return MAYFLY.functionLog(PATIENT).split("all of it is written", -1).length - 1;
  }
}
