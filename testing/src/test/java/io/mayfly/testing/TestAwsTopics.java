package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Topics with boto3 and the AWS command line; what is expected of boto3 stands in the program. */
final class TestAwsTopics {
  @Test
  void boto3DrivesEveryActionAndGetsItsTypedErrors() throws IOException {
    try (Mayfly mayfly = Mayfly.start();
        InputStream program = TestAwsTopics.class.getResourceAsStream("boto3_topics.py")) {
      String text =
          new String(Objects.requireNonNull(program).readAllBytes(), StandardCharsets.UTF_8);
      Tools.python(mayfly, text, mayfly.account(), mayfly.region()).ok();
    }
  }

  /** The first version of the command knows no other setting of SNS's address. */
  private static JsonNode sns(String... arguments) {
    return Json.of(
        Tools.aws(
                Mayfly.shared(),
                Stream.concat(
                        Stream.of("--endpoint-url", Mayfly.shared().endpoint().toString(), "sns"),
                        Stream.of(arguments))
                    .toArray(String[]::new))
            .ok()
            .out());
  }

  @Test
  void theCommandLinePublishes() {
    String topic = sns("create-topic", "--name", "of-cli").path("TopicArn").asString();
    assertThat(topic).isEqualTo("arn:aws:sns:us-east-1:000000000000:of-cli");
    assertThat(sns("publish", "--topic-arn", topic, "--message", "m").path("MessageId").asString())
        .hasSize(36);
    assertThat(
            sns("get-topic-attributes", "--topic-arn", topic)
                .at("/Attributes/SubscriptionsConfirmed")
                .asString())
        .isEqualTo("0");
  }
}
