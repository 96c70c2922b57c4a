package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Code signing configurations, with the AWS command line. */
final class TestAwsCodeSigning {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String NAME = "cli-signed";
  private static final String PROFILE =
      "arn:aws:signer:us-east-1:000000000000:/signing-profiles/me/abcdefghij";

  @TempDir Path folder;

  @Test
  void configurationsAreCreatedChangedListedUsedAndDeleted() throws IOException {
    JsonNode created =
        AWS.json(
                "create-code-signing-config",
                "--description",
                "ours",
                "--allowed-publishers",
                "SigningProfileVersionArns=" + PROFILE,
                "--tags",
                "team=x")
            .path("CodeSigningConfig");
    String arn = created.path("CodeSigningConfigArn").asString();
    assertThat(created.at("/CodeSigningPolicies/UntrustedArtifactOnDeployment").asString())
        .isEqualTo("Warn");
    assertThat(arn)
        .endsWith(":code-signing-config:" + created.path("CodeSigningConfigId").asString());
    assertThat(created.at("/AllowedPublishers/SigningProfileVersionArns/0").asString())
        .isEqualTo(PROFILE);
    assertThat(
            AWS.json("get-code-signing-config", "--code-signing-config-arn", arn)
                .path("CodeSigningConfig"))
        .isEqualTo(created);
    assertThat(AWS.json("list-code-signing-configs").path("CodeSigningConfigs")).contains(created);
    AWS.run("tag-resource", "--resource", arn, "--tags", "stage=prod");
    AWS.run("untag-resource", "--resource", arn, "--tag-keys", "team");
    assertThat(AWS.json("list-tags", "--resource", arn))
        .isEqualTo(Json.of("{\"Tags\": {\"stage\": \"prod\"}}"));

    Path zip = folder.resolve("one.zip");
    Files.write(zip, Custom.python("def handler(event, context): return 1\n"));
    String[] create = {
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
      "--code-signing-config-arn",
      arn
    };
    enforce(arn, true);
    assertThat(AWS.refusal(create))
        .contains("CodeVerificationFailedException", "Lambda cannot deploy the function.");
    enforce(arn, false);
    AWS.run(create);
    AWS.run("wait", "function-active-v2", "--function-name", NAME);
    assertThat(
            AWS.json("list-functions-by-code-signing-config", "--code-signing-config-arn", arn)
                .at("/FunctionArns/0")
                .asString())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:" + NAME);
    enforce(arn, true);
    String[] update = {
      "update-function-code", "--function-name", NAME, "--zip-file", "fileb://" + zip, "--dry-run"
    };
    assertThat(AWS.refusal(update)).contains("CodeVerificationFailedException");
    assertThat(
            AWS.refusal(
                "update-function-configuration",
                "--function-name",
                NAME,
                "--layers",
                "arn:aws:lambda:us-east-1:000000000000:layer:any:1"))
        .contains("CodeVerificationFailedException");
    AWS.run("update-function-configuration", "--function-name", NAME, "--timeout", "4");
    AWS.run("wait", "function-updated-v2", "--function-name", NAME);
    assertThat(AWS.refusal("delete-code-signing-config", "--code-signing-config-arn", arn))
        .contains("ResourceConflictException", NAME);
    AWS.run("delete-function-code-signing-config", "--function-name", NAME);
    AWS.run(update);
    assertThat(AWS.json("get-function-code-signing-config", "--function-name", NAME)).isEmpty();
    AWS.run(
        "put-function-code-signing-config",
        "--function-name",
        NAME,
        "--code-signing-config-arn",
        arn);
    assertThat(
            AWS.json("get-function-code-signing-config", "--function-name", NAME)
                .path("CodeSigningConfigArn")
                .asString())
        .isEqualTo(arn);
    MAYFLY.functions().delete(List.of(NAME));
    AWS.run("delete-code-signing-config", "--code-signing-config-arn", arn);
    assertThat(AWS.refusal("get-code-signing-config", "--code-signing-config-arn", arn))
        .contains("ResourceNotFoundException", "can not be found");
    assertThat(AWS.refusal("list-tags", "--resource", arn)).contains("ResourceNotFoundException");
  }

  private static void enforce(String arn, boolean enforced) {
    AWS.run(
        "update-code-signing-config",
        "--code-signing-config-arn",
        arn,
        "--code-signing-policies",
        "UntrustedArtifactOnDeployment=" + (enforced ? "Enforce" : "Warn"));
  }
}
