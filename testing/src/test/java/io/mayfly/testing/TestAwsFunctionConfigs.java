package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What functions have beside their configuration, with the AWS command line. */
final class TestAwsFunctionConfigs {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String NAME = "cli-configs";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:" + NAME;

  @TempDir Path folder;

  @BeforeAll
  static void createFunction() {
    MAYFLY.functions().deployPython(NAME, "def handler(event, context): return 1\n");
    AWS.run("publish-version", "--function-name", NAME);
  }

  @AfterAll
  static void deleteFunction() {
    MAYFLY.functions().delete(List.of(NAME));
  }

  @Test
  void runtimeManagementIsPutAndReadAndPinsOnlyWhatTheMachineHas() {
    assertThat(AWS.json("get-runtime-management-config", "--function-name", NAME))
        .isEqualTo(
            Json.of(
                "{\"UpdateRuntimeOn\": \"Auto\", \"FunctionArn\": \"%s:$LATEST\"}".formatted(ARN)));
    AWS.run(
        "put-runtime-management-config",
        "--function-name",
        NAME,
        "--qualifier",
        "1",
        "--update-runtime-on",
        "FunctionUpdate");
    assertThat(
            AWS.json("get-runtime-management-config", "--function-name", NAME, "--qualifier", "1")
                .path("UpdateRuntimeOn")
                .asString())
        .isEqualTo("FunctionUpdate");
    String[] manual = {
      "put-runtime-management-config",
      "--function-name",
      NAME,
      "--update-runtime-on",
      "Manual",
      "--runtime-version-arn",
      "arn:aws:lambda:us-east-1::runtime:" + "0".repeat(64)
    };
    String refusal = AWS.refusal(manual);
    assertThat(refusal).contains("InvalidParameterValueException", "this machine has ");
    String own = refusal.substring(refusal.lastIndexOf("arn:aws:lambda")).strip();
    manual[manual.length - 1] = own;
    JsonNode pinned = AWS.json(manual);
    assertThat(pinned.path("RuntimeVersionArn").asString()).isEqualTo(own);
  }

  @Test
  void recursiveLoopsAreAllowedAndForbidden() {
    assertThat(loops()).isEqualTo("Terminate");
    AWS.run("put-function-recursion-config", "--function-name", NAME, "--recursive-loop", "Allow");
    assertThat(loops()).isEqualTo("Allow");
    AWS.run(
        "put-function-recursion-config", "--function-name", NAME, "--recursive-loop", "Terminate");
    assertThat(loops()).isEqualTo("Terminate");
    assertThat(AWS.refusal("get-function-recursion-config", "--function-name", "cli-nowhere"))
        .contains("ResourceNotFoundException");
  }

  private static String loops() {
    return AWS.json("get-function-recursion-config", "--function-name", NAME)
        .path("RecursiveLoop")
        .asString();
  }

  @Test
  void scalingIsForFunctionsOnCapacityProviders() {
    assertThat(
            AWS.refusal(
                "put-function-scaling-config",
                "--function-name",
                NAME,
                "--qualifier",
                "1",
                "--function-scaling-config",
                "MinExecutionEnvironments=1,MaxExecutionEnvironments=3"))
        .contains("InvalidParameterValueException", "CapacityProviderConfig", ARN + ":1");
    assertThat(
            AWS.refusal("get-function-scaling-config", "--function-name", NAME, "--qualifier", "2"))
        .contains("ResourceNotFoundException");
  }

  @Test
  void whatToolsSendToSayThatThereIsNothingIsTaken() {
    AWS.run(
        "update-function-configuration",
        "--function-name",
        NAME,
        "--vpc-config",
        "SubnetIds=[],SecurityGroupIds=[]",
        "--file-system-configs",
        "[]",
        "--kms-key-arn",
        "",
        "--dead-letter-config",
        "TargetArn=",
        "--snap-start",
        "ApplyOn=None");
    AWS.run("wait", "function-updated-v2", "--function-name", NAME);
    JsonNode shown = AWS.json("get-function-configuration", "--function-name", NAME);
    assertThat(shown.has("DeadLetterConfig")).isFalse();
    assertThat(shown.path("SnapStart"))
        .isEqualTo(Json.of("{\"ApplyOn\": \"None\", \"OptimizationStatus\": \"Off\"}"));
    assertUpdateRefused("--vpc-config", "SubnetIds=subnet-1,SecurityGroupIds=[]", "VpcConfig.Sub");
    assertUpdateRefused(
        "--kms-key-arn", "arn:aws:kms:us-east-1:000000000000:key/k", "KMSKeyArn is not");
    assertUpdateRefused("--image-config", "Command=a", "ImageConfig is not supported yet");
    assertUpdateRefused("--tracing-config", "Mode=Active", "TracingConfig.Mode: Active is not");
    assertUpdateRefused(
        "--snap-start",
        "ApplyOn=PublishedVersions",
        "provided.al2023 is not supported for SnapStart enabled functions.");
  }

  private static void assertUpdateRefused(String setting, String value, String why) {
    assertThat(
            AWS.refusal("update-function-configuration", "--function-name", NAME, setting, value))
        .contains("InvalidParameterValueException", why);
  }

  @Test
  void snapStartAndDeadLettersAreShown() throws IOException {
    String queue = "arn:aws:sqs:us-east-1:000000000000:letters";
    Path zip = folder.resolve("one.zip");
    Files.write(zip, new Zip().file("none", "").bytes());
    AWS.run(
        "create-function",
        "--function-name",
        "cli-snap",
        "--runtime",
        MAYFLY.newestRuntime("java"),
        "--handler",
        "app.handler",
        "--role",
        "arn:aws:iam::000000000000:role/any",
        "--publish",
        "--snap-start",
        "ApplyOn=PublishedVersions",
        "--dead-letter-config",
        "TargetArn=" + queue,
        "--zip-file",
        "fileb://" + zip);
    JsonNode latest = AWS.json("get-function-configuration", "--function-name", "cli-snap");
    assertThat(latest.at("/SnapStart/ApplyOn").asString()).isEqualTo("PublishedVersions");
    assertThat(latest.at("/SnapStart/OptimizationStatus").asString()).isEqualTo("Off");
    JsonNode version =
        AWS.json("get-function-configuration", "--function-name", "cli-snap", "--qualifier", "1");
    assertThat(version.at("/SnapStart/OptimizationStatus").asString()).isEqualTo("On");
    assertThat(version.at("/DeadLetterConfig/TargetArn").asString()).isEqualTo(queue);
    AWS.run("delete-function", "--function-name", "cli-snap");
  }

  @Test
  void theOldAsynchronousCallIsAcceptedAsTheNewOneIs() {
    byte[] event = "{}".getBytes(StandardCharsets.UTF_8);
    String path = MAYFLY.endpoint() + "/2014-11-13/functions/%s/invoke-async";
    Reply reply = Signing.of(MAYFLY).request("POST", path.formatted(NAME), event).send();
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.text()).isEmpty();
    assertThat(
            Signing.of(MAYFLY).request("POST", path.formatted("cli-none"), event).send().status())
        .isEqualTo(404);
  }
}
