package io.mayfly.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose bodies their clients compressed, over Smithy's services for protocol tests. */
final class TestContentCoding {
  private static final String JSON = "{\"data\":\"abc\"}";

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream stream = new GZIPOutputStream(bytes)) {
      stream.write(body);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static Map<String, Object> parse(String service, WireRequest request) {
    ServiceModel model = SmithyCases.service(service);
    return Protocol.of(model).parse(new ServiceRouter(List.of(model)).route(request));
  }

  private static WireRequest put(String coding, byte[] body) {
    return Wire.request(
        "POST",
        "/requestcompression/putcontentwithencoding",
        Map.of("Content-Encoding", coding, "Content-Type", "application/json"),
        body);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "custom, gzip"})
  void aCompressedBodyIsReadAsItWas(String coding) {
    assertThat(parse("RestJson", put(coding, gzip(SigV4.utf8(JSON)))))
        .containsEntry("data", "abc")
        .containsEntry("encoding", coding);
  }

  @Test
  void aCodingThatIsNotTheLastLeavesTheBodyAlone() {
    assertThat(parse("RestJson", put("gzip, custom", SigV4.utf8(JSON))))
        .containsEntry("data", "abc");
  }

  @Test
  void aCompressedFormNamesItsOperation() {
    byte[] form =
        SigV4.utf8("Action=PutWithContentEncoding&Version=2020-01-08&data=abc&encoding=custom");
    WireRequest request = Wire.request("POST", "/", Map.of("Content-Encoding", "gzip"), gzip(form));

    assertThat(parse("AwsQuery", request)).isEqualTo(Map.of("data", "abc", "encoding", "custom"));
  }

  @Test
  void aCompressedBodyOfTheJsonProtocolIsRead() {
    Map<String, String> headers =
        Map.of("Content-Encoding", "gzip", "X-Amz-Target", "JsonRpc10.PutWithContentEncoding");

    assertThat(parse("JsonRpc10", Wire.request("POST", "/", headers, gzip(SigV4.utf8(JSON)))))
        .isEqualTo(Map.of("data", "abc"));
  }

  @Test
  void whatIsNoGzipIsRefused() {
    byte[] whole = gzip(SigV4.utf8(JSON));
    for (byte[] body : List.of(SigV4.utf8(JSON), java.util.Arrays.copyOf(whole, 15))) {
      AwsException refused =
          catchThrowableOfType(AwsException.class, () -> parse("RestJson", put("gzip", body)));
      assertThat(refused.code()).isEqualTo("SerializationException");
    }
  }

  @Test
  void whatWouldFillTheMemoryIsRefused() {
    byte[] bomb = gzip(new byte[9 * 1024 * 1024]);
    assertThat(bomb.length).isLessThan(10_000);

    AwsException refused =
        catchThrowableOfType(AwsException.class, () -> parse("RestJson", put("gzip", bomb)));
    assertThat(refused.status()).isEqualTo(413);
  }

  @Test
  void anOperationWithoutCompressionReadsItsBodyAsItIs() {
    WireRequest request =
        Wire.request(
            "PUT",
            "/SimpleScalarProperties",
            Map.of("Content-Encoding", "gzip", "Content-Type", "application/json"),
            gzip(SigV4.utf8("{}")));

    assertThat(catchThrowableOfType(AwsException.class, () -> parse("RestJson", request)).code())
        .isEqualTo("SerializationException");
  }
}
