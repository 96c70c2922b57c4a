package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Event invoke configurations, with the AWS command line. */
final class TestAwsEventInvokeConfigs {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final AwsLambda AWS = new AwsLambda(MAYFLY);
  private static final String NAME = "cli-async";
  private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";

  @Test
  void configurationsArePutUpdatedReadListedAndDeleted() {
    MAYFLY.functions().deployPython(NAME, "def handler(event, context): return 1\n");
    AWS.run(
        "put-function-event-invoke-config",
        "--function-name",
        NAME,
        "--maximum-event-age-in-seconds",
        "3600",
        "--destination-config",
        "{\"OnFailure\": {\"Destination\": \"" + QUEUE + "\"}}");
    AWS.run(
        "update-function-event-invoke-config",
        "--function-name",
        NAME,
        "--maximum-retry-attempts",
        "0");
    JsonNode shown = AWS.json("get-function-event-invoke-config", "--function-name", NAME);
    assertThat(shown.path("FunctionArn").asString())
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:" + NAME + ":$LATEST");
    assertThat(shown.path("MaximumRetryAttempts").asInt(-1)).isZero();
    assertThat(shown.path("MaximumEventAgeInSeconds").asInt()).isEqualTo(3600);
    assertThat(shown.path("DestinationConfig"))
        .isEqualTo(
            Json.of(
                "{\"OnSuccess\": {}, \"OnFailure\": {\"Destination\": \"%s\"}}".formatted(QUEUE)));
    assertThat(
            AWS.json("list-function-event-invoke-configs", "--function-name", NAME)
                .at("/FunctionEventInvokeConfigs/0"))
        .isEqualTo(shown);
    assertThat(
            AWS.refusal(
                "put-function-event-invoke-config",
                "--function-name",
                NAME,
                "--maximum-retry-attempts",
                "3"))
        .contains("ValidationException", "less than or equal to 2");
    AWS.run("delete-function-event-invoke-config", "--function-name", NAME);
    assertThat(AWS.refusal("get-function-event-invoke-config", "--function-name", NAME))
        .contains("ResourceNotFoundException", "doesn't have an EventInvokeConfig");
    MAYFLY.functions().delete(List.of(NAME));
  }
}
