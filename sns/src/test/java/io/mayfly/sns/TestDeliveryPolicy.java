package io.mayfly.sns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TestDeliveryPolicy {
  private static List<Double> delays(Retries retries) {
    return IntStream.rangeClosed(1, retries.all())
        .mapToObj(retries::after)
        .map(delay -> delay.orElseThrow().toMillis() / 1000.0)
        .toList();
  }

  @Test
  void retriesComeInFourPhases() {
    assertThat(delays(new Retries(1, 20, 7, 2, 1, 2, Retries.Growth.LINEAR)))
        .containsExactly(0.0, 0.0, 1.0, 1.0, 20.0, 20.0, 20.0);
    assertThat(delays(Retries.STANDARD)).containsExactly(20.0, 20.0, 20.0);
    assertThat(Retries.STANDARD.after(4)).isEmpty();
  }

  @Test
  void delaysGrowFromTheLeastToTheLongestInFourWays() {
    assertThat(delays(new Retries(1, 9, 5, 0, 0, 0, Retries.Growth.LINEAR)))
        .containsExactly(1.0, 3.0, 5.0, 7.0, 9.0);
    assertThat(delays(new Retries(1, 11, 5, 0, 0, 0, Retries.Growth.ARITHMETIC)))
        .containsExactly(1.0, 2.0, 4.0, 7.0, 11.0);
    assertThat(delays(new Retries(1, 16, 5, 0, 0, 0, Retries.Growth.GEOMETRIC)))
        .containsExactly(1.0, 2.0, 4.0, 8.0, 16.0);
    assertThat(delays(new Retries(1, 16, 5, 0, 0, 0, Retries.Growth.EXPONENTIAL)))
        .containsExactly(1.0, 2.0, 4.0, 8.0, 16.0);
    assertThat(delays(new Retries(5, 9, 1, 0, 0, 0, Retries.Growth.EXPONENTIAL)))
        .containsExactly(5.0);
  }

  private static DeliveryPolicy of(String topic, String subscription) {
    return DeliveryPolicy.of(
        topic.isEmpty() ? Map.of() : Map.of("DeliveryPolicy", topic),
        subscription.isEmpty() ? Map.of() : Map.of("DeliveryPolicy", subscription));
  }

  @Test
  void aSubscriptionsPolicyHoldsBeforeItsTopicsUnlessThatForbidsIt() {
    String topic =
        "{\"http\":{\"defaultHealthyRetryPolicy\":{\"numRetries\":5},\"disableSubscriptionOverrides\":%s,\"defaultThrottlePolicy\":{\"maxReceivesPerSecond\":7},\"defaultRequestPolicy\":{\"headerContentType\":\"application/json\"}}}";
    String own =
        "{\"healthyRetryPolicy\":{\"numRetries\":1,\"minDelayTarget\":3,\"maxDelayTarget\":3},\"throttlePolicy\":null,\"requestPolicy\":{\"headerContentType\":\"text/plain; charset=UTF-8\"}}";
    assertThat(of("", "")).isEqualTo(DeliveryPolicy.standard());
    DeliveryPolicy topics = of(topic.formatted(false), "");
    assertThat(topics.retries().all()).isEqualTo(5);
    assertThat(topics.perSecond()).isEqualTo(Optional.of(7));
    assertThat(topics.contentType()).isEqualTo("application/json");
    DeliveryPolicy both = of(topic.formatted(false), own);
    assertThat(both.retries().all()).isEqualTo(1);
    assertThat(both.perSecond()).isEmpty();
    assertThat(of(topic.formatted(true), own)).isEqualTo(topics);
  }

  private static void refused(String policy, String reason) {
    Harness.refused(
        () -> DeliveryPolicy.checkSubscriptions(policy, ""),
        "InvalidParameter",
        "Invalid parameter: DeliveryPolicy: " + reason);
  }

  @Test
  void whatIsNoPolicyIsRefusedWithItsReason() {
    refused("x", "failed to parse JSON.");
    refused("{\"http\":{}}", "Unexpected JSON member: http");
    refused("{\"healthyRetryPolicy\":[]}", "healthyRetryPolicy must be an object");
    refused(
        "{\"healthyRetryPolicy\":{\"numRetries\":101}}",
        "healthyRetryPolicy.numRetries must be less than or equal to 100");
    refused(
        "{\"healthyRetryPolicy\":{\"numRetries\":1e99}}",
        "healthyRetryPolicy.numRetries must be an integer");
    refused(
        "{\"healthyRetryPolicy\":{\"minDelayTarget\":0}}",
        "healthyRetryPolicy.minDelayTarget must be greater than or equal to 1");
    refused(
        "{\"healthyRetryPolicy\":{\"minDelayTarget\":9,\"maxDelayTarget\":8}}",
        "healthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget");
    refused(
        "{\"healthyRetryPolicy\":{\"numRetries\":1,\"numNoDelayRetries\":2}}",
        "healthyRetryPolicy.numRetries must be greater than or equal to the sum");
    refused(
        "{\"healthyRetryPolicy\":{\"numRetries\":100,\"maxDelayTarget\":3600}}",
        "healthyRetryPolicy: all retries together");
    refused(
        "{\"healthyRetryPolicy\":{\"backoffFunction\":\"random\"}}",
        "healthyRetryPolicy.backoffFunction must be one of");
    refused(
        "{\"throttlePolicy\":{\"maxReceivesPerSecond\":0}}",
        "throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1");
    refused(
        "{\"requestPolicy\":{\"headerContentType\":\"a\\r\\nb: c\"}}",
        "requestPolicy.headerContentType must be one of");
  }

  @Test
  void deliveriesKeepTheirPace() {
    long[] now = {Long.MAX_VALUE - 5};
    Pace pace = new Pace(() -> now[0]);
    assertThat(pace.turn(10)).isZero();
    assertThat(pace.turn(10)).isEqualTo(Duration.ofMillis(100));
    assertThat(pace.turn(10)).isEqualTo(Duration.ofMillis(200));
    now[0] += Duration.ofSeconds(1).toNanos();
    assertThat(pace.turn(10)).isZero();
    assertThat(pace.turn(1)).isEqualTo(Duration.ofMillis(100));
    assertThat(pace.turn(1)).isEqualTo(Duration.ofMillis(1100));
  }
}
