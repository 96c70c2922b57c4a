package io.mayfly.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.checksums.DefaultChecksumAlgorithm;
import software.amazon.awssdk.checksums.spi.ChecksumAlgorithm;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/**
 * Requests signed by the AWS SDK's own signer, free to be sent as they are or damaged first. For
 * one thread.
 */
public final class Signing {
  private final AwsBasicCredentials keys;
  private Clock clock = Clock.systemUTC();
  private String region = "us-east-1";
  private String service = "lambda";
  private final Map<String, String> more = new LinkedHashMap<>();

  /** Signs with keys that the platform need not know. */
  public Signing(String accessKey, String secretKey) {
    keys = AwsBasicCredentials.create(accessKey, secretKey);
  }

  /** Signs as a platform's owner. */
  public static Signing of(Mayfly mayfly) {
    return new Signing(mayfly.accessKey(), mayfly.secretKey());
  }

  /** Signs at another time than now. */
  public Signing clock(Clock other) {
    clock = other;
    return this;
  }

  /** Signs for another region than the platform's. */
  public Signing region(String other) {
    region = other;
    return this;
  }

  /** Signs for another service than Lambda. */
  public Signing service(String other) {
    service = other;
    return this;
  }

  /** Signs a header of the request, too, and sends it along. */
  public Signing header(String name, String value) {
    more.put(name, value);
    return this;
  }

  /** The headers that make a request a signed one. */
  public Map<String, List<String>> headers(String method, String url, byte[] body) {
    SdkHttpRequest.Builder builder =
        SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(method)).uri(URI.create(url));
    more.forEach(builder::putHeader);
    SdkHttpRequest request = builder.build();
    return AwsV4HttpSigner.create()
        .sign(
            signing ->
                signing
                    .identity(keys)
                    .request(request)
                    .payload(ContentStreamProvider.fromByteArray(body))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                    .putProperty(HttpSigner.SIGNING_CLOCK, clock))
        .request()
        .headers();
  }

  /** A signed request, ready to be sent. */
  public Http request(String method, String url, byte[] body) {
    Http http = Http.request(method, url).body(body);
    headers(method, url, body)
        .forEach((name, values) -> values.forEach(value -> http.header(name, value)));
    return http;
  }

  /**
   * A request with its body in chunks, each signed after the one before it, ready to be sent.
   *
   * @param trailer which checksum comes after the last chunk, as {@code CRC32}; none if it is null
   */
  public Http chunked(String method, String url, byte[] body, @Nullable String trailer) {
    ChecksumAlgorithm checksum =
        trailer == null ? null : DefaultChecksumAlgorithm.fromValue(trailer);
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(method))
            .uri(URI.create(url))
            .putHeader("Content-Length", Integer.toString(body.length))
            .build();
    SignedRequest signed =
        AwsV4HttpSigner.create()
            .sign(
                signing ->
                    signing
                        .identity(keys)
                        .request(request)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock)
                        .putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, true)
                        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true)
                        .putProperty(AwsV4HttpSigner.CHECKSUM_ALGORITHM, checksum));
    try (InputStream payload = signed.payload().orElseThrow().newStream()) {
      Http http = Http.request(method, url).body(payload.readAllBytes());
      signed
          .request()
          .forEachHeader(
              (name, values) -> {
                if (!name.equalsIgnoreCase("Content-Length")) {
                  values.forEach(value -> http.header(name, value));
                }
              });
      return http;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
