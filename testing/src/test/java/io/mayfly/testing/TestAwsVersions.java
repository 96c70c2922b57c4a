package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Versions, aliases and provisioned concurrency, with the AWS command line. */
final class TestAwsVersions {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);

  /** Another for each test, because numbers of versions outlive their function. */
  private String name = "";

  private String arn = "";

  @TempDir Path folder;

  @BeforeEach
  void createAndPublish(TestInfo test) throws IOException {
    name = "cli-" + test.getTestMethod().orElseThrow().getName();
    arn = "arn:aws:lambda:us-east-1:000000000000:function:" + name;
    Files.write(folder.resolve("one.zip"), code("one"));
    Files.write(folder.resolve("two.zip"), code("two"));
    JsonNode created =
        AWS.json(
            with(
                "create-function",
                "--runtime",
                "provided.al2023",
                "--handler",
                "app.handler",
                "--role",
                "arn:aws:iam::000000000000:role/any",
                "--publish",
                "--zip-file",
                "fileb://" + folder.resolve("one.zip")));
    assertThat(created.path("Version").asString()).isEqualTo("1");
    assertThat(created.path("FunctionArn").asString()).isEqualTo(arn + ":1");
    AWS.run(with("wait", "function-active-v2"));
    AWS.run(with("wait", "published-version-active", "--qualifier", "1"));
  }

  @AfterEach
  void delete() {
    AWS.run(with("delete-function"));
  }

  private static byte[] code(String answer) {
    return Custom.python(
        """
        import os
        def handler(event, context):
            return "%s " + os.environ["AWS_LAMBDA_FUNCTION_VERSION"] + " " + context.arn.split(":", 6)[6] \\
                + " " + os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
        """
            .formatted(answer));
  }

  /** Updates the code and publishes that as version 2. */
  private void publishSecond() {
    AWS.run(with("update-function-code", "--zip-file", "fileb://" + folder.resolve("two.zip")));
    AWS.run(with("wait", "function-updated-v2"));
    JsonNode published = AWS.json(with("publish-version", "--description", "the second"));
    assertThat(published.path("Version").asString()).isEqualTo("2");
    assertThat(published.path("Description").asString()).isEqualTo("the second");
    assertThat(AWS.json(with("publish-version")).path("Version").asString())
        .as("nothing has changed since")
        .isEqualTo("2");
  }

  @Test
  void versionsKeepWhatTheyWerePublishedWith() throws IOException {
    publishSecond();
    assertThat(invoke("--qualifier", "1")).isEqualTo("one 1 " + name + ":1 on-demand");
    assertThat(invoke("--qualifier", "2")).isEqualTo("two 2 " + name + ":2 on-demand");
    assertThat(invoke()).isEqualTo("two $LATEST " + name + " on-demand");
    JsonNode shown = AWS.json(with("get-function", "--qualifier", "1"));
    assertThat(shown.at("/Configuration/Version").asString()).isEqualTo("1");
    assertThat(Http.request("GET", shown.at("/Code/Location").asString()).send().body())
        .isEqualTo(Files.readAllBytes(folder.resolve("one.zip")));
    assertThat(texts(with("list-versions-by-function", "--query", "Versions[].Version")))
        .containsExactly("$LATEST", "1", "2");
    assertThat(
            texts(
                "list-functions",
                "--function-version",
                "ALL",
                "--query",
                "Functions[?FunctionName=='" + name + "'].FunctionArn"))
        .containsExactly(arn + ":$LATEST", arn + ":1", arn + ":2");
    AWS.run(with("delete-function", "--qualifier", "1"));
    assertThat(AWS.refusal(with("invoke", "--qualifier", "1", "/dev/null")))
        .contains("ResourceNotFoundException", "Function not found: " + arn + ":1");
    assertThat(
            AWS.refusal(
                with(
                    "publish-version",
                    "--code-sha256",
                    Base64.getEncoder().encodeToString("no".getBytes(StandardCharsets.UTF_8)))))
        .contains("InvalidParameterValueException", "is different from current CodeSHA256");
  }

  @Test
  void aliasesNameVersionsAndSplitCalls() throws IOException {
    publishSecond();
    JsonNode alias = AWS.json(with("create-alias", "--name", "prod", "--function-version", "1"));
    assertThat(alias.path("AliasArn").asString()).isEqualTo(arn + ":prod");
    assertThat(invoke("--qualifier", "prod")).isEqualTo("one 1 " + name + ":prod on-demand");
    assertThat(
            AWS.json(with("get-function-configuration", "--qualifier", "prod"))
                .path("FunctionArn")
                .asString())
        .isEqualTo(arn + ":prod");
    AWS.run(
        with(
            "update-alias",
            "--name",
            "prod",
            "--routing-config",
            "AdditionalVersionWeights={2=0.5}"));
    assertThat(
            AWS.json(with("get-alias", "--name", "prod"))
                .at("/RoutingConfig/AdditionalVersionWeights/2")
                .asDouble())
        .isEqualTo(0.5);
    Set<String> versions = new HashSet<>();
    // One side is missing after all of these once in 2^59 times.
    for (int i = 0; i < 60; i++) {
      versions.add(
          MAYFLY
              .functions()
              .invoke(name, "{}", request -> request.qualifier("prod"))
              .executedVersion());
    }
    assertThat(versions).containsExactlyInAnyOrder("1", "2");
    assertThat(AWS.refusal(with("delete-function", "--qualifier", "2")))
        .contains("ResourceConflictException", "[prod]");
    AWS.run(
        with(
            "update-alias",
            "--name",
            "prod",
            "--function-version",
            "2",
            "--routing-config",
            "AdditionalVersionWeights={}"));
    assertThat(invoke("--qualifier", "prod")).startsWith("two 2 ");
    assertThat(texts(with("list-aliases", "--query", "Aliases[].Name"))).containsExactly("prod");
    assertThat(texts(with("list-aliases", "--function-version", "1", "--query", "Aliases[].Name")))
        .isEmpty();
    AWS.run(with("delete-alias", "--name", "prod"));
    assertThat(AWS.refusal(with("get-alias", "--name", "prod")))
        .contains("ResourceNotFoundException", "Cannot find alias arn: " + arn + ":prod");
  }

  @Test
  void aliasesHaveUrlsOfTheirOwnThatFollowThem() {
    publishSecond();
    AWS.run(with("create-alias", "--name", "prod", "--function-version", "1"));
    String own = url("create-function-url-config", "--auth-type", "NONE");
    String prod = url("create-function-url-config", "--auth-type", "NONE", "--qualifier", "prod");
    assertThat(get(own)).isEqualTo("two $LATEST " + name + " on-demand");
    assertThat(get(prod)).isEqualTo("one 1 " + name + ":prod on-demand");
    AWS.run(
        with(
            "update-alias",
            "--name",
            "prod",
            "--routing-config",
            "AdditionalVersionWeights={2=1.0}"));
    assertThat(get(prod)).isEqualTo("two 2 " + name + ":prod on-demand");
    assertThat(
            texts(with("list-function-url-configs", "--query", "FunctionUrlConfigs[].FunctionUrl")))
        .containsExactly(own, prod);
    assertThat(
            AWS.json(with("get-function-url-config", "--qualifier", "prod"))
                .path("FunctionArn")
                .asString())
        .isEqualTo(arn + ":prod");
    AWS.run(with("update-function-url-config", "--qualifier", "prod", "--auth-type", "AWS_IAM"));
    assertThat(Http.request("GET", prod).send().status()).isEqualTo(403);
    assertThat(get(own)).startsWith("two $LATEST ");
    for (String version : List.of("1", "$LATEST")) {
      assertThat(
              AWS.refusal(
                  with(
                      "create-function-url-config", "--auth-type", "NONE", "--qualifier", version)))
          .contains("ValidationException", "at 'qualifier' failed to satisfy constraint");
    }
    assertThat(
            AWS.refusal(
                with("create-function-url-config", "--auth-type", "NONE", "--qualifier", "beta")))
        .contains("ResourceNotFoundException", arn + ":beta");
    AWS.run(with("delete-alias", "--name", "prod"));
    assertThat(Http.request("GET", prod).send().status()).isEqualTo(404);
    AWS.run(with("delete-function-url-config"));
    assertThat(Http.request("GET", own).send().status()).isEqualTo(404);
  }

  private String url(String action, String... more) {
    return AWS.json(with(action, more)).path("FunctionUrl").asString();
  }

  private static String get(String url) {
    Reply reply = Http.request("GET", url).send();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return Json.of(reply.text()).asString();
  }

  @Test
  void provisionedConcurrencyIsReadyBeforeTraffic() throws IOException {
    AWS.run(with("create-alias", "--name", "prod", "--function-version", "1"));
    String[] qualified = with("put-provisioned-concurrency-config", "--qualifier", "prod");
    JsonNode put =
        AWS.json(
            Stream.concat(
                    Stream.of(qualified), Stream.of("--provisioned-concurrent-executions", "2"))
                .toArray(String[]::new));
    assertThat(put.path("RequestedProvisionedConcurrentExecutions").asInt()).isEqualTo(2);
    JsonNode ready = put;
    long end = System.nanoTime() + 30_000_000_000L;
    while (!ready.path("Status").asString().equals("READY")) {
      assertThat(System.nanoTime()).isLessThan(end);
      assertThat(ready.path("Status").asString()).isEqualTo("IN_PROGRESS");
      ready = AWS.json(with("get-provisioned-concurrency-config", "--qualifier", "prod"));
    }
    assertThat(ready.path("AvailableProvisionedConcurrentExecutions").asInt()).isEqualTo(2);
    assertThat(invoke("--qualifier", "prod"))
        .isEqualTo("one 1 " + name + ":prod provisioned-concurrency");
    assertThat(
            texts(
                with(
                    "list-provisioned-concurrency-configs",
                    "--query",
                    "ProvisionedConcurrencyConfigs[].FunctionArn")))
        .containsExactly(arn + ":prod");
    assertThat(
            AWS.refusal(
                with(
                    "put-provisioned-concurrency-config",
                    "--qualifier",
                    "$LATEST",
                    "--provisioned-concurrent-executions",
                    "1")))
        .contains("InvalidParameterValueException", "cannot be applied to unpublished");
    AWS.run(with("delete-provisioned-concurrency-config", "--qualifier", "prod"));
    assertThat(AWS.refusal(with("get-provisioned-concurrency-config", "--qualifier", "prod")))
        .contains("ProvisionedConcurrencyConfigNotFoundException");
  }

  private String invoke(String... more) throws IOException {
    Path out = folder.resolve("out.json");
    AWS.run(
        Stream.concat(Stream.of(with("invoke", more)), Stream.of(out.toString()))
            .toArray(String[]::new));
    return Json.of(Files.readString(out)).asString();
  }

  private String[] with(String action, String... more) {
    boolean wait = action.equals("wait");
    return Stream.of(
            Stream.of(action),
            Stream.of(more).limit(wait ? 1 : 0),
            Stream.of("--function-name", name),
            Stream.of(more).skip(wait ? 1 : 0))
        .flatMap(words -> words)
        .toArray(String[]::new);
  }

  private static List<String> texts(String... arguments) {
    return AWS.json(arguments).valueStream().map(JsonNode::asString).toList();
  }
}
