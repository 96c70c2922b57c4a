package io.mayfly.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mayfly.aws.Credentials.AccessKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies in signed and unsigned chunks, first of all the examples of the S3 API reference. */
final class TestChunkedPayload {
  private static final AccessKey KEY =
      new AccessKey(
          "AKIAIOSFODNN7EXAMPLE",
          "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
          Optional.empty(),
          "user");
  private static final String SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  private static final String SIGNED_TRAILER = SIGNED + "-TRAILER";
  private static final String UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  private static final String CONTENT = "a".repeat(66_560);
  private static final String PLAIN_SEED =
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  private static final String TRAILER_SEED =
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
  private static final String PLAIN_BODY =
      chunk(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
          + chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
          + "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n"
          + "\r\n";
  private static final String TRAILER_BODY =
      chunk(65_536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")
          + chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")
          + "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
          + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
          + "x-amz-trailer-signature:"
          + "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";

  private static String chunk(int length, String signature) {
    return Integer.toHexString(length)
        + ";chunk-signature="
        + signature
        + "\r\n"
        + "a".repeat(length)
        + "\r\n";
  }

  private static Headers headers(String kind) {
    Headers headers =
        new Headers()
            .add("Host", "s3.amazonaws.com")
            .add("x-amz-date", "20130524T000000Z")
            .add("x-amz-storage-class", "REDUCED_REDUNDANCY")
            .add("x-amz-content-sha256", kind)
            .add("Content-Encoding", "aws-chunked")
            .add("x-amz-decoded-content-length", "66560");
    if (kind.endsWith("-TRAILER")) {
      return headers.add("x-amz-trailer", "x-amz-checksum-crc32c");
    }
    return headers.add("Content-Length", "66824");
  }

  private static WireRequest example(String kind, String seed, String body) {
    Headers headers = headers(kind);
    List<String> names = headers.names().stream().sorted().toList();
    headers.add(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            + "SignedHeaders="
            + String.join(";", names)
            + ",Signature="
            + seed);
    return new WireRequest(
        "PUT", "/examplebucket/chunkObject.txt", "", headers, body.getBytes(ISO_8859_1));
  }

  private static WireRequest read(WireRequest request) {
    return new SigV4Verifier(
            (_, _) -> Optional.of(KEY),
            "us-east-1",
            InstantSource.fixed(Instant.parse("2013-05-24T00:00:00Z")))
        .verify(request, "s3", "r")
        .request();
  }

  /** An unsigned body, with the seed that its headers have. */
  private static WireRequest unsigned(String trailer, String length, String body) {
    Headers headers = headers(UNSIGNED_TRAILER);
    headers.set("x-amz-trailer", trailer);
    headers.set("x-amz-decoded-content-length", length);
    headers.set("Content-Encoding", "gzip,aws-chunked");
    WireRequest request = new WireRequest("PUT", "/b/k", "", headers, body.getBytes(ISO_8859_1));
    return signed(request, UNSIGNED_TRAILER);
  }

  private static WireRequest signed(WireRequest request, String payloadHash) {
    SigV4.Scope scope = new SigV4.Scope("20130524", "us-east-1", "s3");
    List<String> names = SigV4.sorted(request.headers().names());
    String seed =
        SigV4.signature(
            SigV4.signingKey(KEY.secretKey(), scope),
            SigV4.stringToSign(
                "20130524T000000Z",
                scope,
                SigV4.canonicalRequest(request, "s3", names, payloadHash, false)));
    request
        .headers()
        .add(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
                + scope
                + ", SignedHeaders="
                + String.join(";", names)
                + ", Signature="
                + seed);
    return request;
  }

  private static AwsException refusal(WireRequest request) {
    AwsException refusal = catchThrowableOfType(AwsException.class, () -> read(request));
    assertThat(refusal).as("refused").isNotNull();
    return refusal;
  }

  @Test
  void theExamplesOfTheReferenceAreRead() {
    WireRequest plain = read(example(SIGNED, PLAIN_SEED, PLAIN_BODY));
    assertThat(plain.body()).isEqualTo(CONTENT.getBytes(UTF_8));
    assertThat(plain.headers().names()).doesNotContain("content-encoding", "content-length");

    assertThat(read(example(SIGNED_TRAILER, TRAILER_SEED, TRAILER_BODY)).body())
        .isEqualTo(CONTENT.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "x-amz-checksum-crc32, y/Q5Jg==",
    "x-amz-checksum-crc32c, 4waSgw==",
    "x-amz-checksum-crc64nvme, rosUhgp5mIg=",
    "x-amz-checksum-sha1, 98O8HYCOBHMq32eZZczDTKeuNEE=",
    "x-amz-checksum-sha256, FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="
  })
  void aTrailingChecksumIsChecked(String trailer, String value) {
    String body = "5\r\n12345\r\n4\r\n6789\r\n0\r\n" + trailer + ":";

    WireRequest read = read(unsigned(trailer, "9", body + value + "\r\n\r\n"));
    assertThat(read.body()).asString(UTF_8).isEqualTo("123456789");
    assertThat(read.headers().all("content-encoding")).containsExactly("gzip");
    assertThat(refusal(unsigned(trailer, "9", body + "AAAA\r\n\r\n")).code())
        .isEqualTo("BadDigest");
  }

  @Test
  void whateverIsChangedIsRefused() {
    for (String[] example :
        List.of(
            new String[] {SIGNED, PLAIN_SEED, PLAIN_BODY},
            new String[] {SIGNED_TRAILER, TRAILER_SEED, TRAILER_BODY})) {
      String body = example[2];
      for (String changed :
          List.of(
              body.replaceFirst("aaaa", "aaba"),
              body.replaceFirst("400;", "3ff;"),
              body.substring(body.indexOf("400;")),
              body.substring(0, body.indexOf("400;")),
              body.substring(0, body.length() - 30),
              body + body,
              body + "x",
              body.replace("0;chunk-signature=", "0;signature="),
              body.replaceFirst(";chunk-signature=[0-9a-f]*", ""))) {
        assertThat(refusal(example(example[0], example[1], changed)).status()).isBetween(400, 411);
      }
    }
    assertThat(refusal(example(SIGNED_TRAILER, TRAILER_SEED, TRAILER_BODY.replace("sOO8", "sOO9"))))
        .isInstanceOf(AwsException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\r\n",
        "zz\r\n",
        "-1\r\n",
        "7fffffff\r\na\r\n",
        "ffffffff\r\na\r\n",
        "1ffffffff\r\na\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\r\na\r\n",
        "1\r\na\r\n0\r\n",
        "1\r\na\r\n0\r\n\r\n",
        "1\r\na\r\n0\r\nx\r\n\r\n",
        "1\r\na\r\n0\r\nx-amz-checksum-crc32:\r\nx-amz-checksum-crc32:\r\n\r\n",
        "1\r\na\r\n0\r\nx-amz-checksum-crc32:6Le+Qw==\r\n\r\nmore",
        "1\r\na\r\n0\r\nx-amz-checksum-md5:6Le+Qw==\r\n\r\n",
        "\u0661\r\na\r\n"
      })
  void aBrokenBodyIsRefused(String body) {
    assertThat(refusal(unsigned("x-amz-checksum-crc32", "1", body)).status()).isEqualTo(400);
  }

  @Test
  void onlyTheLastSignedChunkMayBeSmall() {
    String body = PLAIN_BODY.replaceFirst("(?s)^10000;.*?\r\n400;", "400;");
    assertThat(refusal(example(SIGNED, PLAIN_SEED, body)).status()).isEqualTo(403);

    byte[] key = SigV4.signingKey(KEY.secretKey(), new SigV4.Scope("20130524", "us-east-1", "s3"));
    SigV4.Scope scope = new SigV4.Scope("20130524", "us-east-1", "s3");
    StringBuilder chunks = new StringBuilder();
    String last = PLAIN_SEED;
    for (String data : List.of("a", "b", "")) {
      last =
          SigV4.signature(
              key,
              String.join(
                  "\n",
                  "AWS4-HMAC-SHA256-PAYLOAD",
                  "20130524T000000Z",
                  scope.toString(),
                  last,
                  SigV4.sha256Hex(new byte[0]),
                  SigV4.sha256Hex(data.getBytes(UTF_8))));
      chunks.append(Integer.toHexString(data.length())).append(";chunk-signature=").append(last);
      chunks.append("\r\n").append(data).append("\r\n");
    }
    assertThat(refusal(example(SIGNED, PLAIN_SEED, chunks.toString())).code())
        .isEqualTo("InvalidChunkSizeError");
  }

  @Test
  void whatTheHeadersSayMustHold() {
    String body = "1\r\na\r\n0\r\nx-amz-checksum-crc32:6Le+Qw==\r\n\r\n";

    assertThat(read(unsigned("x-amz-checksum-crc32", "1", body)).body()).containsExactly('a');
    assertThat(refusal(unsigned("x-amz-checksum-crc32", "2", body)).code())
        .isEqualTo("IncompleteBody");
    assertThat(refusal(unsigned("x-amz-checksum-sha1", "1", body)).code())
        .isEqualTo("InvalidRequest");
    WireRequest other =
        new WireRequest(
            "PUT", "/b/k", "", headers("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), new byte[0]);
    assertThat(refusal(signed(other, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")).getMessage())
        .contains("x-amz-content-sha256 must be");
  }

  @Test
  void noBodyTakesTheReaderDown() {
    Random random = new Random(1);
    String[] parts = {
      "0",
      "1",
      "a",
      "\r",
      "\n",
      "\r\n",
      ";",
      ":",
      "x-amz-checksum-crc32",
      "ffff",
      "\u00ff",
      "5\r\n12345\r\n"
    };
    for (int round = 0; round < 20_000; round++) {
      StringBuilder body = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        body.append(parts[random.nextInt(parts.length)]);
      }
      AwsException refusal =
          catchThrowableOfType(
              AwsException.class,
              () -> read(unsigned("x-amz-checksum-crc32", "5", body.toString())));
      if (refusal != null) {
        assertThat(refusal.status()).isIn(400, 403);
      }
    }
  }
}
