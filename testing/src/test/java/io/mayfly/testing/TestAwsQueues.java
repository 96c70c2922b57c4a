package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Queues with boto3 and the AWS command line; what is expected of boto3 stands in the program. */
final class TestAwsQueues {
  @Test
  void boto3DrivesEveryActionAndGetsItsTypedErrors() throws IOException {
    try (Mayfly mayfly = Mayfly.start();
        InputStream program = TestAwsQueues.class.getResourceAsStream("boto3_queues.py")) {
      String text =
          new String(Objects.requireNonNull(program).readAllBytes(), StandardCharsets.UTF_8);
      Tools.python(mayfly, text, mayfly.account(), mayfly.region()).ok();
    }
  }

  /** The first version of the command knows no other setting of SQS's address. */
  private static JsonNode sqs(String... arguments) {
    return Json.of(
        Tools.aws(
                Mayfly.shared(),
                Stream.concat(
                        Stream.of("--endpoint-url", Mayfly.shared().endpoint().toString(), "sqs"),
                        Stream.of(arguments))
                    .toArray(String[]::new))
            .ok()
            .out());
  }

  @Test
  void theCommandLineSendsReceivesAndDeletes() {
    String url = sqs("create-queue", "--queue-name", "of-cli").path("QueueUrl").asString();
    assertThat(url).isEqualTo(Mayfly.shared().endpoint() + "/000000000000/of-cli");
    String sent =
        sqs("send-message", "--queue-url", url, "--message-body", "hello")
            .path("MessageId")
            .asString();
    JsonNode message = sqs("receive-message", "--queue-url", url).at("/Messages/0");
    assertThat(message.path("MessageId").asString()).isEqualTo(sent);
    assertThat(message.path("Body").asString()).isEqualTo("hello");
    Tools.aws(
            Mayfly.shared(),
            "--endpoint-url",
            Mayfly.shared().endpoint().toString(),
            "sqs",
            "delete-message",
            "--queue-url",
            url,
            "--receipt-handle",
            message.path("ReceiptHandle").asString())
        .ok();
    assertThat(
            sqs("get-queue-attributes", "--queue-url", url, "--attribute-names", "All")
                .at("/Attributes/ApproximateNumberOfMessagesNotVisible")
                .asString())
        .isEqualTo("0");
  }
}
