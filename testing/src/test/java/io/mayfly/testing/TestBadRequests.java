package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FileSystemConfig;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import tools.jackson.databind.JsonNode;

/** Names, settings and payloads that no client should send, and some that no client can. */
final class TestBadRequests {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final String API = MAYFLY.endpoint() + "/2015-03-31/functions";
  private static final byte[] CODE =
      Custom.python("def handler(event, context): return len(str(event))\n");

  @BeforeAll
  static void createFunction() {
    FUNCTIONS.deploy("bad-requests", "provided.al2023", "app.handler", CODE);
  }

  @AfterAll
  static void platformStillServes() {
    assertThat(FUNCTIONS.invoke("bad-requests", "[]").payload().asUtf8String()).isEqualTo("2");
    FUNCTIONS.delete(List.of("bad-requests"));
  }

  @Test
  void namesThatAreNoneAreRefused() {
    for (String name :
        List.of("with space", "slash/in", "ümlaut", "a".repeat(141), "dot.ted", "")) {
      Reply reply =
          signed(
              "POST",
              API,
              """
              {"FunctionName": %s, "Runtime": "provided.al2023", "Handler": "x",
               "Role": "arn:aws:iam::000000000000:role/r", "Code": {"ZipFile": "UEsFBg=="}}"""
                  .formatted(Json.quoted(name)));
      assertThat(reply.status()).as(name).isEqualTo(400);
      assertThat(reply.header("x-amzn-errortype"))
          .isIn("ValidationException", "InvalidParameterValueException");
      assertThat(reply.text()).containsIgnoringCase("functionName");
    }
  }

  @Test
  void arnsOfOthersAndBrokenArnsAreRefused() {
    assertInvoke("arn:aws:lambda:eu-west-1:000000000000:function:bad-requests", 404);
    assertInvoke("arn:aws:lambda:us-east-1:111111111111:function:bad-requests", 404);
    assertInvoke("arn:aws:s3:::bucket", 400);
    assertInvoke("bad-requests:no such qualifier", 400);
    assertInvoke("bad-requests:7", 404);
  }

  @Test
  void settingsOutOfBoundsAreRefusedInAwsWords() {
    assertRefused(
        request -> request.timeout(901), "ValidationException", "'timeout' failed to satisfy");
    assertRefused(
        request -> request.timeout(0), "ValidationException", "'timeout' failed to satisfy");
    assertRefused(
        request -> request.memorySize(127),
        "ValidationException",
        "'memorySize' failed to satisfy");
    assertRefused(
        request -> request.memorySize(10_241),
        "ValidationException",
        "'memorySize' failed to satisfy");
    assertRefused(
        request -> request.ephemeralStorage(storage -> storage.size(511)),
        "ValidationException",
        "failed to satisfy");
    assertRefused(
        request -> request.handler("h".repeat(129)),
        "ValidationException",
        "'handler' failed to satisfy");
    assertRefused(
        request -> request.handler("with space"),
        "ValidationException",
        "'handler' failed to satisfy");
    assertRefused(
        request -> request.role("no-role"), "ValidationException", "'role' failed to satisfy");
    assertRefused(
        request -> request.description("d".repeat(257)),
        "ValidationException",
        "'description' failed to satisfy");
    assertRefused(
        request -> request.environment(one -> one.variables(Map.of("AWS_REGION", "x"))),
        "InvalidParameterValueException",
        "reserved keys");
    assertRefused(
        request -> request.environment(one -> one.variables(Map.of("BIG", "x".repeat(4096)))),
        "InvalidParameterValueException",
        "exceeded the 4KB limit");
  }

  @Test
  void severalMistakesAreReportedTogether() {
    assertRefused(
        request -> request.timeout(0).memorySize(1),
        "ValidationException",
        "2 validation errors detected");
  }

  @Test
  void runtimesThatAreNotThereAreRefusedWithTheListOfThoseThatAre() {
    LambdaException refused = refused(request -> request.runtime("python3.99"));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused).hasMessageContaining("python3.99");
    LambdaException absent = refused(request -> request.runtime("dotnet8"));
    assertThat(absent.awsErrorDetails().errorCode()).isEqualTo("InvalidParameterValueException");
    assertThat(absent)
        .hasMessageContaining("provided.al2023")
        .hasMessageContaining("--runtime-alias");
  }

  @Test
  void whatIsNotImplementedIsRefusedAndNotIgnored() {
    assertRefused(
        request -> request.code(code -> code.s3Bucket("bucket").s3Key("key").zipFile(null)),
        "InvalidParameterValueException",
        "");
    assertRefused(
        request ->
            request.fileSystemConfigs(
                FileSystemConfig.builder()
                    .arn(
                        "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890123456")
                    .localMountPath("/mnt/files")
                    .build()),
        "",
        "ileSystem");
    assertRefused(
        request -> request.vpcConfig(vpc -> vpc.subnetIds("subnet-1").securityGroupIds("sg-1")),
        "",
        "pc");
  }

  @Test
  void bodiesThatAreNoJsonAreSerializationErrors() {
    for (String body : List.of("{", "[]", "nonsense", "{\"FunctionName\": 1}")) {
      Reply reply = signed("POST", API, body);
      assertThat(reply.status()).as(body).isEqualTo(400);
      assertThat(reply.header("x-amzn-errortype"))
          .isIn("SerializationException", "InvalidRequestContentException", "ValidationException");
    }
  }

  @Test
  void eventsThatAreNoJsonAreRefused() {
    for (String payload : List.of("{", "text", "{} {}", "{'a': 1}", "[1,]", "\"\t\"")) {
      Reply reply = invoke(payload.getBytes(StandardCharsets.UTF_8));
      assertThat(reply.status()).as(payload).isEqualTo(400);
      assertThat(reply.header("x-amzn-errortype")).isEqualTo("InvalidRequestContentException");
      assertThat(reply.text()).contains("Could not parse request body into json");
    }
  }

  @Test
  void eventsThatAreNotUtf8AreRefused() {
    for (byte[] payload :
        List.of(
            new byte[] {'"', (byte) 0xff, '"'},
            new byte[] {'"', (byte) 0xc3, '"'},
            new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
            "\"utf-16\"".getBytes(StandardCharsets.UTF_16))) {
      Reply reply = invoke(payload);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.header("x-amzn-errortype")).isEqualTo("InvalidRequestContentException");
    }
  }

  @Test
  void eventsAreServedUpToSixMegabytesAndRefusedAbove() {
    int limit = 6 * 1024 * 1024;
    byte[] largest = ("\"" + "x".repeat(limit - 2) + "\"").getBytes(StandardCharsets.UTF_8);
    assertThat(invoke(largest).text()).isEqualTo(Integer.toString(limit - 2));
    Reply reply = invoke(("\"" + "x".repeat(limit - 1) + "\"").getBytes(StandardCharsets.UTF_8));
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.header("x-amzn-errortype")).isEqualTo("RequestTooLargeException");
    assertThat(reply.text())
        .contains("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
  }

  @Test
  void deeplyNestedEventsHarmNobody() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(invoke(deep.getBytes(StandardCharsets.UTF_8)).status()).isIn(200, 400);
  }

  @Test
  void pathsThatAreNoActionsAreUnknownOperations() {
    Reply reply = signed("GET", MAYFLY.endpoint() + "/2015-03-31/nonsense", "");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.header("x-amzn-errortype")).isEqualTo("UnknownOperationException");
    assertThat(reply.header("x-amzn-requestid")).isNotBlank();
  }

  @Test
  void invocationTypesThatDoNotExistAreValidationErrors() {
    LambdaException refused =
        catchThrowableOfType(
            LambdaException.class,
            () ->
                FUNCTIONS.invoke(
                    "bad-requests", "{}", request -> request.invocationType("Sometimes")));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused).hasMessageContaining("[Event, RequestResponse, DryRun]");
  }

  private static void assertInvoke(String name, int status) {
    LambdaException refused =
        catchThrowableOfType(LambdaException.class, () -> FUNCTIONS.invoke(name, "{}"));
    assertThat(refused.statusCode()).as(name).isEqualTo(status);
  }

  private static void assertRefused(
      Consumer<CreateFunctionRequest.Builder> change, String code, String text) {
    LambdaException refused = refused(change);
    assertThat(refused.statusCode()).as(refused.getMessage()).isBetween(400, 501);
    assertThat(refused.awsErrorDetails().errorCode()).contains(code);
    assertThat(refused).hasMessageContaining(text);
  }

  private static LambdaException refused(Consumer<CreateFunctionRequest.Builder> change) {
    LambdaException refused =
        catchThrowableOfType(
            LambdaException.class,
            () -> FUNCTIONS.deploy("bad-settings", "provided.al2023", "app.handler", CODE, change));
    assertThat(refused).as("a refusal").isNotNull();
    return refused;
  }

  private static Reply invoke(byte[] payload) {
    return Signing.of(MAYFLY).request("POST", API + "/bad-requests/invocations", payload).send();
  }

  private static Reply signed(String method, String url, String body) {
    Reply reply =
        Signing.of(MAYFLY).request(method, url, body.getBytes(StandardCharsets.UTF_8)).send();
    if (reply.status() >= 400) {
      JsonNode error = Json.of(reply.text());
      assertThat(error.has("message") || error.has("Message")).as(reply.text()).isTrue();
    }
    return reply;
  }
}
