package io.mayfly.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.queue.MessageAttribute;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Digests as AWS's clients work them out; boto3 and the SDK for Java check them in testing. */
class TestDigests {
  private static MessageAttribute attribute(String type, String value) {
    return new MessageAttribute(type, value.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void bodiesAndAttributesHaveTheDigestsThatAreKnown() {
    assertThat(Digests.md5("hello".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("5d41402abc4b2a76b9719d911017c592");
    assertThat(
            Digests.md5(
                Map.of(
                    "AWSTraceHeader",
                    attribute(
                        "String",
                        "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"))))
        .contains("f223d1c97eb4f0a956419d8708c0f15a");
    assertThat(Digests.md5(Map.of())).isEqualTo(Optional.empty());
  }

  @Test
  void theOrderOfAttributesIsThatOfTheirNames() {
    MessageAttribute one = attribute("String", "1");
    MessageAttribute two = attribute("String", "2");
    assertThat(Digests.md5(Map.of("a", one, "b", two)))
        .isNotEqualTo(Digests.md5(Map.of("a", two, "b", one)))
        .isEqualTo(Digests.md5(Map.of("b", two, "a", one)));
  }

  @Test
  void binaryAndTextAreToldApart() {
    assertThat(Digests.md5(Map.of("a", attribute("Binary", "1"))))
        .isNotEqualTo(Digests.md5(Map.of("a", attribute("String", "1"))));
  }
}
