package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Resource policies, with the AWS command line. */
final class TestAwsPolicies {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String NAME = "cli-policies";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:" + NAME;

  @BeforeEach
  void create() {
    MAYFLY.functions().deployPython(NAME, "def handler(event, context): return 'open'\n");
  }

  @AfterEach
  void delete() {
    MAYFLY.functions().delete(List.of(NAME));
  }

  @Test
  void permissionsAreAddedReadAndRemoved() {
    JsonNode statement =
        Json.of(
            AWS.json(
                    "add-permission",
                    "--function-name",
                    NAME,
                    "--statement-id",
                    "s3",
                    "--action",
                    "lambda:InvokeFunction",
                    "--principal",
                    "s3.amazonaws.com",
                    "--source-arn",
                    "arn:aws:s3:::bucket",
                    "--source-account",
                    "123456789012")
                .path("Statement")
                .asString());
    assertThat(statement)
        .isEqualTo(
            Json.of(
                """
                {"Sid": "s3", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
                 "Action": "lambda:InvokeFunction", "Resource": "%s",
                 "Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"},
                               "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}}}
                """
                    .formatted(ARN)));
    JsonNode shown = AWS.json("get-policy", "--function-name", NAME);
    assertThat(Json.of(shown.path("Policy").asString()).at("/Statement/0")).isEqualTo(statement);
    assertThat(
            AWS.refusal(
                "add-permission",
                "--function-name",
                NAME,
                "--statement-id",
                "s3",
                "--action",
                "lambda:InvokeFunction",
                "--principal",
                "123456789012"))
        .contains("ResourceConflictException", "The statement id (s3) provided already exists.");
    assertThat(
            AWS.refusal(
                "add-permission",
                "--function-name",
                NAME,
                "--statement-id",
                "no id",
                "--action",
                "sns:Publish",
                "--principal",
                "123456789012"))
        .contains("ValidationException", "2 validation errors detected", "statementId", "action");
    assertThat(AWS.refusal("get-policy", "--function-name", NAME, "--qualifier", "1"))
        .contains("ResourceNotFoundException", "Function not found: " + ARN + ":1");
    assertThat(
            AWS.refusal(
                "remove-permission",
                "--function-name",
                NAME,
                "--statement-id",
                "s3",
                "--revision-id",
                "another"))
        .contains("PreconditionFailedException");
    AWS.run(
        "remove-permission",
        "--function-name",
        NAME,
        "--statement-id",
        "s3",
        "--revision-id",
        shown.path("RevisionId").asString());
    assertThat(AWS.refusal("get-policy", "--function-name", NAME))
        .contains("ResourceNotFoundException", "The resource you requested does not exist.");
  }

  @Test
  void aPolicyThatNamesOthersClosesTheUrlAndOneForEverybodyOpensIt() throws Exception {
    String url = MAYFLY.functions().url(NAME);
    assertThat(Http.request("GET", url).send().text()).contains("open");
    permitUrl("account", "123456789012", "AWS_IAM");
    Reply refused = Http.request("GET", url).send();
    assertThat(refused.status()).isEqualTo(403);
    assertThat(Json.of(refused.text()).path("Message").asString()).startsWith("Forbidden. ");
    permitUrl("public", "*", "NONE");
    assertThat(Http.request("GET", url).send().text()).contains("open");
  }

  private static void permitUrl(String id, String principal, String authType) {
    AWS.run(
        "add-permission",
        "--function-name",
        NAME,
        "--statement-id",
        id,
        "--action",
        "lambda:InvokeFunctionUrl",
        "--principal",
        principal,
        "--function-url-auth-type",
        authType);
  }
}
