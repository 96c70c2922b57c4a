package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The AWS command line, as it comes from its publisher, through every action there is. */
final class TestAwsCommand {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String ROLE = "arn:aws:iam::000000000000:role/any";
  private static final String CODE =
      """
      import sys
      def handler(event, context):
          print("handling", context.arn)
          return {"version": 1, "event": event, "arn": context.arn, "client": context.client_context}
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void createFunction() throws IOException {
    Files.write(folder.resolve("one.zip"), Custom.python(CODE));
    Files.write(
        folder.resolve("two.zip"), Custom.python("def handler(event, context): return 'two'\n"));
    create("cli-thumb");
    AWS.run("wait", "function-active-v2", "--function-name", "cli-thumb");
  }

  @AfterAll
  static void deleteFunction() {
    AWS.run("delete-function", "--function-name", "cli-thumb");
    assertThat(AWS.refusal("get-function", "--function-name", "cli-thumb"))
        .contains("ResourceNotFoundException")
        .contains("Function not found: arn:aws:lambda:us-east-1:000000000000:function:cli-thumb");
  }

  @Test
  void getFunctionShowsItsConfigurationAndAnAddressOfItsCode() throws IOException {
    JsonNode shown = AWS.json("get-function", "--function-name", "cli-thumb");
    assertThat(shown.at("/Configuration/FunctionArn").asString())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:cli-thumb");
    assertThat(shown.at("/Configuration/State").asString()).isEqualTo("Active");
    assertThat(shown.at("/Code/RepositoryType").asString()).isEqualTo("S3");
    Reply code = Http.request("GET", shown.at("/Code/Location").asString()).send();
    assertThat(code.status()).isEqualTo(200);
    assertThat(code.body()).isEqualTo(Files.readAllBytes(folder.resolve("one.zip")));
    assertThat(shown.at("/Configuration/CodeSize").asInt()).isEqualTo(code.body().length);
  }

  @Test
  void getFunctionConfigurationTakesNamesAndArns() {
    for (String name :
        List.of(
            "cli-thumb",
            "000000000000:function:cli-thumb",
            "function:cli-thumb",
            "arn:aws:lambda:us-east-1:000000000000:function:cli-thumb")) {
      JsonNode shown = AWS.json("get-function-configuration", "--function-name", name);
      assertThat(shown.path("FunctionName").asString()).isEqualTo("cli-thumb");
      assertThat(shown.path("Handler").asString()).isEqualTo("app.handler");
      assertThat(shown.path("Version").asString()).isEqualTo("$LATEST");
      assertThat(shown.path("LastUpdateStatus").asString()).isEqualTo("Successful");
    }
  }

  @Test
  void invokeWritesTheAnswerToAFileAndShowsTheLogsTail() throws IOException {
    Path out = folder.resolve("out.json");
    Files.writeString(folder.resolve("event.json"), "{\"key\": \"välue\"}");
    JsonNode shown =
        AWS.json(
            "invoke",
            "--function-name",
            "cli-thumb:$LATEST",
            "--log-type",
            "Tail",
            "--client-context",
            base64("{\"custom\":{\"from\":\"cli\"}}"),
            "--payload",
            "fileb://" + folder.resolve("event.json"),
            out.toString());
    assertThat(shown.path("StatusCode").asInt()).isEqualTo(200);
    assertThat(shown.path("ExecutedVersion").asString()).isEqualTo("$LATEST");
    String log =
        new String(
            Base64.getDecoder().decode(shown.path("LogResult").asString()), StandardCharsets.UTF_8);
    assertThat(log.lines().map(line -> line.split(" ", 2)[0]))
        .containsSubsequence("START", "handling", "END", "REPORT");
    JsonNode answer = Json.of(Files.readString(out));
    assertThat(answer.at("/event/key").asString()).isEqualTo("välue");
    assertThat(answer.at("/arn").asString()).endsWith(":function:cli-thumb:$LATEST");
    assertThat(answer.at("/client").asString()).contains("\"from\":\"cli\"");
  }

  @Test
  void dryRunCallsNothing() {
    JsonNode shown =
        AWS.json(
            "invoke",
            "--function-name",
            "cli-thumb",
            "--invocation-type",
            "DryRun",
            folder.resolve("dry.json").toString());
    assertThat(shown.path("StatusCode").asInt()).isEqualTo(204);
  }

  @Test
  void anEventIsAcceptedAndItsAnswerIsEmpty() throws IOException {
    Path out = folder.resolve("event-out.json");
    JsonNode shown =
        AWS.json(
            "invoke", "--function-name", "cli-thumb", "--invocation-type", "Event", out.toString());
    assertThat(shown).isEqualTo(Json.of("{\"StatusCode\": 202}"));
    assertThat(out).isEmptyFile();
  }

  @Test
  void codeAndConfigurationAreUpdatedOneRevisionAtATime() throws IOException {
    create("cli-update");
    AWS.run("wait", "function-active-v2", "--function-name", "cli-update");
    JsonNode first = AWS.json("get-function-configuration", "--function-name", "cli-update");
    JsonNode second =
        AWS.json(
            "update-function-configuration",
            "--function-name",
            "cli-update",
            "--timeout",
            "9",
            "--memory-size",
            "256",
            "--description",
            "changed",
            "--environment",
            "Variables={GREETING=hello}",
            "--revision-id",
            first.path("RevisionId").asString());
    assertThat(second.path("RevisionId")).isNotEqualTo(first.path("RevisionId"));
    AWS.run("wait", "function-updated-v2", "--function-name", "cli-update");
    assertThat(
            AWS.refusal(
                "update-function-code",
                "--function-name",
                "cli-update",
                "--zip-file",
                "fileb://" + folder.resolve("two.zip"),
                "--revision-id",
                first.path("RevisionId").asString()))
        .contains("PreconditionFailedException")
        .contains("The RevisionId provided does not match the latest RevisionId");
    AWS.run(
        "update-function-code",
        "--function-name",
        "cli-update",
        "--zip-file",
        "fileb://" + folder.resolve("two.zip"));
    AWS.run("wait", "function-updated-v2", "--function-name", "cli-update");
    JsonNode third = AWS.json("get-function-configuration", "--function-name", "cli-update");
    assertThat(third.path("Timeout").asInt()).isEqualTo(9);
    assertThat(third.path("MemorySize").asInt()).isEqualTo(256);
    assertThat(third.path("Description").asString()).isEqualTo("changed");
    assertThat(third.at("/Environment/Variables/GREETING").asString()).isEqualTo("hello");
    assertThat(third.path("CodeSha256")).isNotEqualTo(first.path("CodeSha256"));
    Path out = folder.resolve("updated.json");
    AWS.run("invoke", "--function-name", "cli-update", out.toString());
    assertThat(Files.readString(out)).isEqualTo("\"two\"");
    AWS.run("delete-function", "--function-name", "cli-update");
  }

  @Test
  void functionUrlsAreCreatedReadChangedListedAndDeleted() {
    JsonNode created =
        AWS.json(
            "create-function-url-config",
            "--function-name",
            "cli-thumb",
            "--auth-type",
            "NONE",
            "--cors",
            "AllowOrigins=https://example.com,AllowMethods=GET,MaxAge=60");
    String url = created.path("FunctionUrl").asString();
    assertThat(Http.request("GET", url).send().status()).isEqualTo(200);
    assertThat(
            AWS.refusal(
                "create-function-url-config",
                "--function-name",
                "cli-thumb",
                "--auth-type",
                "NONE"))
        .contains("ResourceConflictException");
    JsonNode read = AWS.json("get-function-url-config", "--function-name", "cli-thumb");
    assertThat(read.path("FunctionUrl").asString()).isEqualTo(url);
    assertThat(read.at("/Cors/MaxAge").asInt()).isEqualTo(60);
    AWS.json(
        "update-function-url-config", "--function-name", "cli-thumb", "--auth-type", "AWS_IAM");
    assertThat(Http.request("GET", url).send().status()).isEqualTo(403);
    JsonNode listed = AWS.json("list-function-url-configs", "--function-name", "cli-thumb");
    assertThat(listed.at("/FunctionUrlConfigs/0/AuthType").asString()).isEqualTo("AWS_IAM");
    AWS.run("delete-function-url-config", "--function-name", "cli-thumb");
    assertThat(Http.request("GET", url).send().status()).isEqualTo(404);
    assertThat(AWS.refusal("get-function-url-config", "--function-name", "cli-thumb"))
        .contains("ResourceNotFoundException");
  }

  @Test
  void accountSettingsShowLimitsAndUse() {
    JsonNode settings = AWS.json("get-account-settings");
    assertThat(settings.at("/AccountLimit/ConcurrentExecutions").asInt()).isEqualTo(1000);
    assertThat(settings.at("/AccountLimit/CodeSizeZipped").asInt()).isEqualTo(52428800);
    assertThat(settings.at("/AccountUsage/FunctionCount").asInt()).isPositive();
  }

  @Test
  void concurrencyIsReservedShownAndGivenBack() {
    String[] function = {"--function-name", "cli-thumb"};
    assertThat(AWS.json(with("get-function-concurrency", function))).isEmpty();
    JsonNode put =
        AWS.json(
            with("put-function-concurrency", function, "--reserved-concurrent-executions", "40"));
    assertThat(put.path("ReservedConcurrentExecutions").asInt()).isEqualTo(40);
    assertThat(
            AWS.json(with("get-function-concurrency", function))
                .path("ReservedConcurrentExecutions")
                .asInt())
        .isEqualTo(40);
    assertThat(
            AWS.json(with("get-function", function))
                .at("/Concurrency/ReservedConcurrentExecutions")
                .asInt())
        .isEqualTo(40);
    assertThat(
            AWS.json("get-account-settings")
                .at("/AccountLimit/UnreservedConcurrentExecutions")
                .asInt())
        .isEqualTo(960);
    assertThat(
            AWS.refusal(
                with(
                    "put-function-concurrency",
                    function,
                    "--reserved-concurrent-executions",
                    "901")))
        .contains("InvalidParameterValueException", "below its minimum value of [100]");
    AWS.json(with("put-function-concurrency", function, "--reserved-concurrent-executions", "0"));
    assertThat(AWS.refusal(with("invoke", function, "/dev/null")))
        .contains("TooManyRequestsException", "Rate Exceeded");
    AWS.run(with("delete-function-concurrency", function));
    assertThat(AWS.json(with("get-function-concurrency", function))).isEmpty();
    AWS.run(with("invoke", function, "/dev/null"));
    assertThat(
            AWS.refusal(
                "put-function-concurrency",
                "--function-name",
                "cli-nowhere",
                "--reserved-concurrent-executions",
                "1"))
        .contains("ResourceNotFoundException");
  }

  private static String[] with(String action, String[] function, String... more) {
    return Stream.of(Stream.of(action), Stream.of(function), Stream.of(more))
        .flatMap(words -> words)
        .toArray(String[]::new);
  }

  @Test
  void longListsComeInPages() {
    Functions functions = MAYFLY.functions();
    byte[] zip = Custom.program("#!/bin/sh\n");
    List<String> names =
        Stream.iterate(0, n -> n + 1).limit(55).map("cli-many-%02d"::formatted).toList();
    names.forEach(name -> functions.create(name, "provided.al2023", "none", zip, request -> {}));
    try {
      JsonNode all = AWS.json("list-functions", "--query", "Functions[].FunctionName");
      assertThat(all.valueStream().map(JsonNode::asString)).containsAll(names).isSorted();
      JsonNode small =
          AWS.json("list-functions", "--page-size", "7", "--query", "length(Functions)");
      assertThat(small.asInt()).isEqualTo(all.size());
      JsonNode cut = AWS.json("list-functions", "--max-items", "3");
      assertThat(cut.path("Functions")).hasSize(3);
      JsonNode next =
          AWS.json(
              "list-functions",
              "--max-items",
              "3",
              "--starting-token",
              cut.path("NextToken").asString());
      assertThat(next.at("/Functions/0/FunctionName").asString()).isEqualTo(all.path(3).asString());
    } finally {
      functions.delete(names);
    }
  }

  @Test
  void actionsThatDoNotExistYetSaySo() {
    assertThat(AWS.refusal("list-capacity-providers"))
        .contains("NotImplementedException")
        .contains("lambda:ListCapacityProviders");
  }

  private static void create(String name) {
    AWS.run(
        "create-function",
        "--function-name",
        name,
        "--runtime",
        "provided.al2023",
        "--handler",
        "app.handler",
        "--role",
        ROLE,
        "--zip-file",
        "fileb://" + folder.resolve("one.zip"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
