package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Layers, with the AWS command line. */
final class TestAwsLayers {
  private static final AwsLambda AWS = new AwsLambda(Mayfly.shared());
  private static final String LAYER = "cli-layer";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:layer:" + LAYER;

  @TempDir Path folder;

  @Test
  void layersArePublishedReadListedSharedAndDeleted() throws Exception {
    byte[] content = new Zip().file("python/a.py", "A = 1\n").bytes();
    Path zip = folder.resolve("layer.zip");
    Files.write(zip, content);
    JsonNode published =
        AWS.json(
            "publish-layer-version",
            "--layer-name",
            LAYER,
            "--description",
            "the first",
            "--license-info",
            "MIT",
            "--compatible-runtimes",
            "python3.12",
            "--zip-file",
            "fileb://" + zip);
    assertThat(published.path("LayerVersionArn").asString()).isEqualTo(ARN + ":1");
    assertThat(published.path("LayerArn").asString()).isEqualTo(ARN);
    assertThat(published.path("CreatedDate").asString())
        .matches("....-..-..T..:..:..\\....\\+0000");
    AWS.run(
        "publish-layer-version",
        "--layer-name",
        ARN,
        "--compatible-runtimes",
        "nodejs22.x",
        "--zip-file",
        "fileb://" + zip);

    JsonNode shown = AWS.json("get-layer-version", "--layer-name", LAYER, "--version-number", "1");
    assertThat(shown.path("Description").asString()).isEqualTo("the first");
    assertThat(shown.path("LicenseInfo").asString()).isEqualTo("MIT");
    assertThat(shown.at("/Content/CodeSize").asInt()).isEqualTo(content.length);
    assertThat(Http.request("GET", shown.at("/Content/Location").asString()).send().body())
        .isEqualTo(content);
    assertThat(AWS.json("get-layer-version-by-arn", "--arn", ARN + ":2").path("Version").asInt())
        .isEqualTo(2);
    assertThat(
            AWS.json(
                    "list-layer-versions",
                    "--layer-name",
                    LAYER,
                    "--query",
                    "LayerVersions[].Version")
                .toString())
        .isEqualTo("[2,1]");
    assertThat(
            AWS.json(
                    "list-layers",
                    "--compatible-runtime",
                    "python3.12",
                    "--query",
                    "Layers[?LayerName=='" + LAYER + "'].LatestMatchingVersion.Version")
                .toString())
        .isEqualTo("[1]");

    JsonNode shared =
        AWS.json(
            "add-layer-version-permission",
            "--layer-name",
            LAYER,
            "--version-number",
            "1",
            "--statement-id",
            "account",
            "--action",
            "lambda:GetLayerVersion",
            "--principal",
            "123456789012");
    JsonNode policy =
        AWS.json("get-layer-version-policy", "--layer-name", LAYER, "--version-number", "1");
    assertThat(policy.path("RevisionId")).isEqualTo(shared.path("RevisionId"));
    assertThat(Json.of(policy.path("Policy").asString()).at("/Statement/0"))
        .isEqualTo(Json.of(shared.path("Statement").asString()));
    AWS.run(
        "remove-layer-version-permission",
        "--layer-name",
        LAYER,
        "--version-number",
        "1",
        "--statement-id",
        "account",
        "--revision-id",
        shared.path("RevisionId").asString());
    assertThat(
            AWS.refusal("get-layer-version-policy", "--layer-name", LAYER, "--version-number", "1"))
        .contains("ResourceNotFoundException", "No policy is associated");

    AWS.run("delete-layer-version", "--layer-name", LAYER, "--version-number", "1");
    AWS.run("delete-layer-version", "--layer-name", LAYER, "--version-number", "2");
    assertThat(AWS.refusal("get-layer-version", "--layer-name", LAYER, "--version-number", "1"))
        .contains("ResourceNotFoundException", "The resource you requested does not exist.");
    assertThat(AWS.refusal("get-layer-version", "--layer-name", LAYER, "--version-number", "0"))
        .contains("InvalidParameterValueException", "Layer Version Cannot be less than 1");
  }
}
