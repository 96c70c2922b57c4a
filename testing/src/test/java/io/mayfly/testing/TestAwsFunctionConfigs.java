package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What functions have beside their configuration, with the AWS command line. */
final class TestAwsFunctionConfigs {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String NAME = "cli-configs";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:" + NAME;

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
  void theOldAsynchronousCallIsRefusedAsTheNewOneIs() {
    byte[] event = "{}".getBytes(StandardCharsets.UTF_8);
    String path = MAYFLY.endpoint() + "/2014-11-13/functions/%s/invoke-async";
    Reply reply = Signing.of(MAYFLY).request("POST", path.formatted(NAME), event).send();
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.header("x-amzn-errortype")).isEqualTo("InvalidParameterValueException");
    assertThat(reply.text()).contains("InvokeAsync is not supported yet", "RequestResponse");
    assertThat(
            Signing.of(MAYFLY).request("POST", path.formatted("cli-none"), event).send().status())
        .isEqualTo(404);
  }
}
