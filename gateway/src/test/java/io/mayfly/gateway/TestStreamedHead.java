package io.mayfly.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata before the body of a streamed response, honest and hostile. */
final class TestStreamedHead {
  private static final String INTEGRATION = "application/vnd.awslambda.http-integration-response";
  private static final String ZEROS = "\0".repeat(8);

  private final FunctionUrlAnswer answers = new FunctionUrlAnswer();

  private static StreamedHead head(String text) {
    StreamedHead head = new StreamedHead(INTEGRATION);
    assertThat(head.add(text.getBytes(UTF_8))).isTrue();
    assertThat(head.complete()).isTrue();
    return head;
  }

  @Test
  void metadataAreStatusHeadersAndCookies() {
    StreamedHead head =
        head(
            "{\"statusCode\":201,\"headers\":{\"Content-Type\":\"text/html\",\"X-Many\":[\"a\",\"b\"]},"
                + "\"cookies\":[\"a=1\",\"b=2\"]}"
                + ZEROS
                + "<p>");
    FunctionUrlAnswer.Head begun = answers.head(head).orElseThrow();
    assertThat(begun.status()).isEqualTo(201);
    assertThat(begun.headers().all("content-type")).containsExactly("text/html");
    assertThat(begun.headers().all("x-many")).containsExactly("a", "b");
    assertThat(begun.headers().all("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(head.rest()).asString().isEqualTo("<p>");
  }

  @Test
  void whatMetadataLeaveOpenIsA200OfBytes() {
    StreamedHead head = head("{}" + ZEROS);
    FunctionUrlAnswer.Head begun = answers.head(head).orElseThrow();
    assertThat(begun.status()).isEqualTo(200);
    assertThat(begun.headers().first("content-type")).contains("application/octet-stream");
    assertThat(head.rest()).isEmpty();
  }

  @Test
  void metadataMayComeInAnyPieces() {
    byte[] stream = ("{\"statusCode\":202}" + ZEROS + "\0body").getBytes(UTF_8);
    for (int size = 1; size < stream.length; size++) {
      StreamedHead head = new StreamedHead(INTEGRATION);
      int at = 0;
      while (!head.complete()) {
        int end = Math.min(stream.length, at + size);
        assertThat(head.add(Arrays.copyOfRange(stream, at, end))).isTrue();
        at = end;
      }
      assertThat(answers.head(head).orElseThrow().status()).isEqualTo(202);
      assertThat(new String(head.rest(), UTF_8)).isEqualTo(new String(stream, 26, at - 26, UTF_8));
    }
  }

  @Test
  void streamsOfOtherTypesHaveNone() {
    StreamedHead head = new StreamedHead("text/plain");
    assertThat(head.complete()).isTrue();
    assertThat(head.metadata()).isEqualTo(Optional.empty());
    assertThat(answers.head(head).orElseThrow().headers().first("content-type"))
        .contains("text/plain");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "no json",
        "{\"statusCode\":99}",
        "{\"statusCode\":101}",
        "{\"statusCode\":null}",
        "{\"headers\":{\"a\":\"x\\r\\nset-cookie: b\"}}",
        "{\"headers\":{\"a b\":\"x\"}}",
        "{\"headers\":[]}",
        "{\"cookies\":[\"a\\nb\"]}"
      })
  void metadataThatHttpCannotCarryDescribeNothing(String metadata) {
    assertThat(answers.head(head(metadata + ZEROS))).isEmpty();
  }

  @Test
  void metadataEndWithEightZerosAndInTime() {
    assertThat(new StreamedHead(INTEGRATION).add("{}\0\0\0\0\0\0\0x".getBytes(UTF_8))).isFalse();
    assertThat(new StreamedHead(INTEGRATION).add(new byte[9])).isTrue();
    byte[] most = new byte[64 * 1024];
    Arrays.fill(most, (byte) ' ');
    StreamedHead head = new StreamedHead(INTEGRATION);
    assertThat(head.add(most)).isTrue();
    assertThat(head.complete()).isFalse();
    assertThat(head.add(new byte[] {' '})).isFalse();
  }
}
