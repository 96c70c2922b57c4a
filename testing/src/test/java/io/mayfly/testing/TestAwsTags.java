package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tags of functions, with the AWS command line. */
final class TestAwsTags {
  private static final AwsLambda AWS = new AwsLambda(Mayfly.shared());
  private static final String NAME = "cli-tagged";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:" + NAME;

  @TempDir Path folder;

  @Test
  void tagsArePutOnFunctionsListedAndTakenAway() throws Exception {
    Path zip = folder.resolve("one.zip");
    Files.write(zip, Custom.python("def handler(event, context): return 1\n"));
    AWS.run(
        "create-function",
        "--function-name",
        NAME,
        "--runtime",
        "provided.al2023",
        "--handler",
        "app.handler",
        "--role",
        "arn:aws:iam::000000000000:role/any",
        "--zip-file",
        "fileb://" + zip,
        "--tags",
        "{\"team\": \"x\", \"cost center\": \"Zürich/7\"}");
    AWS.run("tag-resource", "--resource", ARN, "--tags", "team=y,stage=");
    AWS.run("untag-resource", "--resource", ARN, "--tag-keys", "cost center", "absent");
    assertThat(AWS.json("list-tags", "--resource", ARN))
        .isEqualTo(Json.of("{\"Tags\": {\"team\": \"y\", \"stage\": \"\"}}"));
    assertThat(AWS.json("get-function", "--function-name", NAME).path("Tags"))
        .isEqualTo(Json.of("{\"team\": \"y\", \"stage\": \"\"}"));

    assertThat(AWS.refusal("tag-resource", "--resource", ARN + ":1", "--tags", "a=b"))
        .contains(
            "InvalidParameterValueException",
            "Tags on function aliases and versions are not supported. Please specify a function ARN.");
    assertThat(AWS.refusal("list-tags", "--resource", ARN + "-absent"))
        .contains("ResourceNotFoundException", "Function not found: " + ARN + "-absent");
    assertThat(
            AWS.refusal(
                "list-tags",
                "--resource",
                "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0"))
        .contains("ResourceNotFoundException");
    assertThat(AWS.refusal("tag-resource", "--resource", ARN, "--tags", "k".repeat(129) + "=v"))
        .contains("ValidationException", "less than or equal to 128");
    assertThat(AWS.refusal("tag-resource", "--resource", ARN, "--tags", "k=" + "v".repeat(257)))
        .contains("ValidationException", "less than or equal to 256");
    assertThat(AWS.refusal("tag-resource", "--resource", ARN, "--tags", "aws:mine=b"))
        .contains("InvalidParameterValueException", "aws: prefixed");
    AWS.run("delete-function", "--function-name", NAME);
    assertThat(AWS.refusal("list-tags", "--resource", ARN)).contains("ResourceNotFoundException");
  }
}
