package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Functions that keep their tenants apart, with the AWS command line and boto3. */
final class TestTenantIsolation {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String PYTHON = "tenants-python";
  private static final String NODE = "tenants-node";
  private static final String CUSTOM = "tenants-custom";
  private static final String SHARED = "tenants-none";

  /** Leaves traces wherever a handler can, and tells which it finds. */
  private static final String HANDLER =
      """
      import logging
      seen = []
      def handler(event, context):
          logging.warning("traces")
          seen.append(context.tenant_id)
          with open("/tmp/seen", "a") as traces:
              traces.write(context.tenant_id + "\\n")
          with open("/tmp/seen") as traces:
              return {"globals": seen, "tmp": traces.read().split()}
      """;

  private static final String NODE_HANDLER =
      """
      const fs = require('fs');
      const seen = [];
      exports.handler = async (event, context) => {
        console.warn('traces');
        seen.push(context.tenantId);
        fs.appendFileSync('/tmp/seen', context.tenantId + '\\n');
        return { globals: seen, tmp: fs.readFileSync('/tmp/seen', 'utf8').trim().split('\\n') };
      };
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void createFunctions() throws IOException {
    byte[] python = new Zip().file("app.py", HANDLER).bytes();
    create(PYTHON, MAYFLY.newestRuntime("python"), python);
    create(NODE, MAYFLY.newestRuntime("nodejs"), new Zip().file("app.js", NODE_HANDLER).bytes());
    create(CUSTOM, "provided.al2023", Custom.python(HANDLER));
    MAYFLY.functions().deployPython(SHARED, "def handler(event, context): return 1\n");
  }

  private static void create(String name, String runtime, byte[] zip) throws IOException {
    AWS.run(creation(name, runtime, zip, "--logging-config", "LogFormat=JSON"));
    AWS.run("wait", "function-active-v2", "--function-name", name);
  }

  private static String[] creation(
      String name, String runtime, byte[] zip, String setting, String value) throws IOException {
    Path file = folder.resolve(name + ".zip");
    Files.write(file, zip);
    return new String[] {
      "create-function",
      "--function-name",
      name,
      "--runtime",
      runtime,
      "--handler",
      "app.handler",
      "--role",
      "arn:aws:iam::000000000000:role/any",
      "--zip-file",
      "fileb://" + file,
      "--tenancy-config",
      "TenantIsolationMode=PER_TENANT",
      setting,
      value
    };
  }

  @AfterAll
  static void deleteFunctions() {
    MAYFLY.functions().delete(List.of(PYTHON, NODE, CUSTOM, SHARED));
  }

  private static JsonNode invoke(String name, String tenant) throws IOException {
    Path answer = folder.resolve("answer.json");
    AWS.run("invoke", "--function-name", name, "--tenant-id", tenant, answer.toString());
    return Json.of(Files.readString(answer));
  }

  private static void assertKeptApart(String name) throws IOException {
    for (int round = 1; round <= 2; round++) {
      for (String tenant : new String[] {"blue", "green"}) {
        String traces = "[\"%s\"%s]".formatted(tenant, round == 1 ? "" : ", \"" + tenant + "\"");
        assertThat(invoke(name, tenant))
            .isEqualTo(Json.of("{\"globals\": %s, \"tmp\": %s}".formatted(traces, traces)));
      }
    }
  }

  @Test
  void pythonsTenantsFindNoTraceOfEachOther() throws IOException {
    assertKeptApart(PYTHON);
    MAYFLY.awaitLog(PYTHON, "platform.report");
    assertThat(MAYFLY.functionLog(PYTHON).lines())
        .anyMatch(line -> line.contains("\"traces\"") && line.contains("\"tenantId\": \"blue\""))
        .anyMatch(
            line -> line.contains("platform.start") && line.contains("\"tenantId\":\"green\""));
  }

  @Test
  void nodesTenantsFindNoTraceOfEachOther() throws IOException {
    assertKeptApart(NODE);
    MAYFLY.awaitLog(NODE, "platform.report");
    assertThat(MAYFLY.functionLog(NODE).lines())
        .anyMatch(line -> line.contains("\"traces\"") && line.contains("\"tenantId\":\"blue\""));
  }

  @Test
  void customRuntimesTenantsFindNoTraceOfEachOther() throws IOException {
    assertKeptApart(CUSTOM);
  }

  @Test
  void streamedCallsHaveTenantsAsWell() {
    Ran ran =
        Tools.python(
            MAYFLY,
            """
            import boto3, json, sys
            client = boto3.client("lambda")
            answer = client.invoke_with_response_stream(
                FunctionName=sys.argv[1], TenantId="stream/1 @x")
            print(b"".join(
                event["PayloadChunk"]["Payload"]
                for event in answer["EventStream"] if "PayloadChunk" in event).decode())
            """,
            CUSTOM);
    assertThat(Json.of(ran.ok().out()).path("tmp").toString()).contains("stream/1", "@x");
  }

  @Test
  void aTenantIsNamedWhereThereAreSomeAndOnlyThere() {
    String nowhere = folder.resolve("none.json").toString();
    assertThat(AWS.refusal("invoke", "--function-name", PYTHON, nowhere))
        .contains(
            "InvalidParameterValueException",
            "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.");
    assertThat(AWS.refusal("invoke", "--function-name", SHARED, "--tenant-id", "blue", nowhere))
        .contains("InvalidParameterValueException", "not enabled with tenancy configuration");
    assertThat(
            AWS.refusal(
                "invoke", "--function-name", PYTHON, "--invocation-type", "DryRun", nowhere))
        .contains("Add a valid tenant ID");
  }

  @Test
  void namesOfTenantsAreChecked() {
    String nowhere = folder.resolve("none.json").toString();
    assertThat(AWS.refusal("invoke", "--function-name", PYTHON, "--tenant-id", "a,b", nowhere))
        .contains(
            "1 validation error detected: Value 'a,b' at 'tenantId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9\\._:\\/=+\\-@ ]+");
    String tooLong = "x".repeat(257);
    assertThat(AWS.refusal("invoke", "--function-name", PYTHON, "--tenant-id", tooLong, nowhere))
        .contains("Member must have length less than or equal to 256");
  }

  @Test
  void theSettingIsShownAndStaysWithVersions() {
    assertThat(isolation("get-function-configuration", "--function-name", PYTHON))
        .isEqualTo("PER_TENANT");
    AWS.run("update-function-configuration", "--function-name", CUSTOM, "--timeout", "9");
    AWS.run("wait", "function-updated-v2", "--function-name", CUSTOM);
    assertThat(isolation("publish-version", "--function-name", CUSTOM)).isEqualTo("PER_TENANT");
    assertThat(
            AWS.json("get-function", "--function-name", CUSTOM, "--qualifier", "1")
                .at("/Configuration/TenancyConfig/TenantIsolationMode")
                .asString())
        .isEqualTo("PER_TENANT");
    assertThat(
            AWS.json("get-function-configuration", "--function-name", SHARED).has("TenancyConfig"))
        .isFalse();
    assertThat(
            AWS.refusal(
                "put-provisioned-concurrency-config",
                "--function-name",
                CUSTOM,
                "--qualifier",
                "1",
                "--provisioned-concurrent-executions",
                "1"))
        .contains("InvalidParameterValueException", "Provisioned Concurrency is not supported");
  }

  private static String isolation(String... command) {
    return AWS.json(command).at("/TenancyConfig/TenantIsolationMode").asString();
  }

  @Test
  void whatNamesNoTenantIsRefused() throws IOException {
    assertThat(
            AWS.refusal(
                "create-function-url-config", "--function-name", PYTHON, "--auth-type", "NONE"))
        .contains("InvalidParameterValueException", "Function URLs are not supported");
    assertThat(
            AWS.refusal(
                "create-event-source-mapping",
                "--function-name",
                PYTHON,
                "--event-source-arn",
                "arn:aws:sqs:us-east-1:000000000000:letters"))
        .contains("InvalidParameterValueException", "Event source mappings are not supported");
    assertThat(
            AWS.refusal(
                creation(
                    "tenants-snap",
                    MAYFLY.newestRuntime("java"),
                    new Zip().file("none", "").bytes(),
                    "--snap-start",
                    "ApplyOn=PublishedVersions")))
        .contains("InvalidParameterValueException", "SnapStart is not supported");
  }
}
