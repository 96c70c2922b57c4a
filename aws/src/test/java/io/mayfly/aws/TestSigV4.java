package io.mayfly.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mayfly.aws.Credentials.AccessKey;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

final class TestSigV4 {
  private static final AccessKey KEY = Wire.KEY;

  /** A request that botocore signed at {@link Wire#NOW} with {@link Wire#KEY}. */
  record SignedByBotocore(
      String name,
      String service,
      String method,
      String path,
      String query,
      Headers headers,
      byte[] body,
      String token) {
    WireRequest request() {
      return new WireRequest(method, path, query, headers, body);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<SignedByBotocore> signedByBotocore() throws IOException {
    List<SignedByBotocore> all = new ArrayList<>();
    try (InputStream stream = TestSigV4.class.getResourceAsStream("/signatures/botocore.json")) {
      assertThat(stream).isNotNull();
      JsonParser parser =
          new JsonFactory().createParser(ObjectReadContext.empty(), stream.readAllBytes());
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        Headers texts = new Headers();
        Headers headers = new Headers();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          if (parser.nextToken() == JsonToken.START_OBJECT) {
            for (String key = parser.nextName(); key != null; key = parser.nextName()) {
              parser.nextToken();
              headers.add(key, parser.getString());
            }
          } else {
            texts.set(name, parser.getString());
          }
        }
        all.add(
            new SignedByBotocore(
                texts.first("name").orElseThrow(),
                texts.first("service").orElseThrow(),
                texts.first("method").orElseThrow(),
                texts.first("path").orElseThrow(),
                texts.first("query").orElseThrow(),
                headers,
                texts.first("body").orElseThrow().getBytes(ISO_8859_1),
                texts.first("token").orElseThrow()));
      }
    }
    return all;
  }

  private static SigV4Verifier verifier(Optional<String> token, Instant now) {
    AccessKey key = new AccessKey(KEY.accessKeyId(), KEY.secretKey(), token, KEY.principal());
    return new SigV4Verifier(
        (id, _) -> id.equals(key.accessKeyId()) ? Optional.of(key) : Optional.empty(),
        "us-east-1",
        InstantSource.fixed(now));
  }

  @ParameterizedTest
  @MethodSource("signedByBotocore")
  void whatBotocoreSignsIsAccepted(SignedByBotocore signed) {
    Optional<String> token = Optional.of(signed.token()).filter(text -> !text.isEmpty());
    Caller caller =
        verifier(token, Wire.NOW).verify(signed.request(), signed.service(), "request-1").caller();

    assertThat(caller)
        .isEqualTo(
            new Caller(
                KEY.principal(),
                KEY.accessKeyId(),
                "us-east-1",
                "request-1",
                signed.headers().first("host").orElseThrow()));
  }

  @ParameterizedTest
  @MethodSource("signedByBotocore")
  void anythingElseIsRefused(SignedByBotocore signed) {
    Optional<String> token = Optional.of(signed.token()).filter(text -> !text.isEmpty());
    SigV4Verifier verifier = verifier(token, Wire.NOW);
    WireRequest request = signed.request();
    List<WireRequest> changed = new ArrayList<>();
    changed.add(
        new WireRequest(
            "PATCH", request.path(), request.query(), request.headers(), request.body()));
    changed.add(
        new WireRequest(
            request.method(),
            request.path() + "x",
            request.query(),
            request.headers(),
            request.body()));
    changed.add(
        new WireRequest(
            request.method(),
            request.path(),
            request.query() + "&x=1",
            request.headers(),
            request.body()));
    changed.add(with(request, "Host", "example.com"));
    changed.add(with(request, "X-Amz-Target", "Other.Action"));
    for (WireRequest other : changed) {
      assertThat(refusal(verifier, other, signed.service()).code())
          .isEqualTo("InvalidSignatureException");
    }
  }

  private static WireRequest with(WireRequest request, String name, String value) {
    Headers headers = new Headers();
    request.headers().forEach(headers::add);
    headers.set(name, value);
    return new WireRequest(
        request.method(), request.path(), request.query(), headers, request.body());
  }

  private static AwsException refusal(SigV4Verifier verifier, WireRequest request, String service) {
    AwsException thrown =
        catchThrowableOfType(AwsException.class, () -> verifier.verify(request, service, "r"));
    assertThat(thrown).isNotNull();
    assertThat(thrown.status()).isEqualTo(403);
    return thrown;
  }

  @Test
  void thePublishedExampleIsAccepted() {
    // "Signature Version 4 signing process" of the AWS General Reference: ListUsers of IAM.
    Headers headers =
        new Headers()
            .add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .add("Host", "iam.amazonaws.com")
            .add("X-Amz-Date", "20150830T123600Z")
            .add(
                "Authorization",
                "AWS4-HMAC-SHA256"
                    + " Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request,"
                    + " SignedHeaders=content-type;host;x-amz-date,"
                    + " Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    WireRequest request =
        new WireRequest("GET", "/", "Action=ListUsers&Version=2010-05-08", headers, new byte[0]);
    SigV4Verifier verifier = verifier(Optional.empty(), Instant.parse("2015-08-30T12:36:00Z"));

    assertThat(verifier.verify(request, "iam", "r").caller().accessKeyId())
        .isEqualTo("AKIDEXAMPLE");
  }

  @Test
  void thePublishedPresignedExampleOfS3IsAccepted() {
    // "Authenticating Requests: Using Query Parameters" of the S3 API reference.
    AccessKey key =
        new AccessKey(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            Optional.empty(),
            "user");
    WireRequest request =
        new WireRequest(
            "GET",
            "/test.txt",
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature="
                + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            new Headers().add("Host", "examplebucket.s3.amazonaws.com"),
            new byte[0]);
    Instant signedAt = Instant.parse("2013-05-24T00:00:00Z");

    for (Duration later : List.of(Duration.ZERO, Duration.ofHours(24))) {
      SigV4Verifier verifier =
          new SigV4Verifier(
              (_, _) -> Optional.of(key), "us-east-1", InstantSource.fixed(signedAt.plus(later)));
      assertThat(verifier.verify(request, "s3", "r").caller().principal()).isEqualTo("user");
    }
    SigV4Verifier tooLate =
        new SigV4Verifier(
            (_, _) -> Optional.of(key),
            "us-east-1",
            InstantSource.fixed(signedAt.plus(Duration.ofSeconds(86401))));
    assertThat(refusal(tooLate, request, "s3").getMessage())
        .isEqualTo(
            "Signature expired: 20130524T000000Z is now earlier than 20130524T000001Z"
                + " (20130525T000001Z - 86400 sec.)");
  }

  @Test
  void aClockMayBeFiveMinutesOff() {
    WireRequest request = Wire.lambda("GET", "/2015-03-31/functions", "");
    for (Duration skew : List.of(Duration.ofMinutes(5), Duration.ofMinutes(-5))) {
      assertThatCode(
              () -> verifier(Optional.empty(), Wire.NOW.plus(skew)).verify(request, "lambda", "r"))
          .doesNotThrowAnyException();
    }
    assertThat(
            refusal(verifier(Optional.empty(), Wire.NOW.plusSeconds(301)), request, "lambda")
                .getMessage())
        .isEqualTo(
            "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z"
                + " (20260102T030906Z - 5 min.)");
    assertThat(
            refusal(verifier(Optional.empty(), Wire.NOW.minusSeconds(301)), request, "lambda")
                .getMessage())
        .isEqualTo(
            "Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z"
                + " (20260102T025904Z + 5 min.)");
  }

  @Test
  void aWrongSecretKeyTokenOrIdIsRefusedInAwsWords() {
    WireRequest request = Wire.lambda("GET", "/2015-03-31/functions", "");
    AccessKey other = new AccessKey(KEY.accessKeyId(), "other", Optional.empty(), "user");

    SigV4Verifier otherSecret =
        new SigV4Verifier((_, _) -> Optional.of(other), "us-east-1", InstantSource.fixed(Wire.NOW));
    assertThat(refusal(otherSecret, request, "lambda").getMessage())
        .startsWith(
            "The request signature we calculated does not match the signature you provided.");
    for (SigV4Verifier verifier :
        List.of(
            verifier(Optional.of("token"), Wire.NOW),
            new SigV4Verifier(
                (_, _) -> Optional.empty(), "us-east-1", InstantSource.fixed(Wire.NOW)))) {
      AwsException refusal = refusal(verifier, request, "lambda");
      assertThat(refusal.code()).isEqualTo("UnrecognizedClientException");
      assertThat(refusal.getMessage())
          .isEqualTo("The security token included in the request is invalid.");
    }
  }

  @Test
  void anotherRegionOrServiceIsRefused() {
    WireRequest request = Wire.lambda("GET", "/2015-03-31/functions", "");
    SigV4Verifier elsewhere =
        new SigV4Verifier(Wire.CREDENTIALS, "eu-west-1", InstantSource.fixed(Wire.NOW));

    assertThat(refusal(elsewhere, request, "lambda").getMessage())
        .startsWith("Credential should be scoped to a valid region");
    assertThat(refusal(Wire.verifier(), request, "sqs").getMessage())
        .isEqualTo("Credential should be scoped to correct service: 'sqs'.");
  }

  @Test
  void aBrokenAuthorizationHeaderSaysWhatIsMissing() {
    WireRequest request = Wire.request("GET", "/2015-03-31/functions", "");

    assertThat(refusal(Wire.verifier(), request, "lambda").code())
        .isEqualTo("MissingAuthenticationTokenException");
    assertThat(
            refusal(
                    Wire.verifier(),
                    with(request, "Authorization", "AWS4-HMAC-SHA256 Credential=a"),
                    "lambda")
                .getMessage())
        .isEqualTo(
            "Authorization header requires 'Signature' parameter. Authorization header requires"
                + " 'SignedHeaders' parameter. Authorization header requires existence of either a"
                + " 'X-Amz-Date' or a 'Date' header.");
    for (String broken :
        List.of("", "Basic YTpi", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential")) {
      assertThat(refusal(Wire.verifier(), with(request, "Authorization", broken), "lambda").code())
          .isEqualTo("IncompleteSignatureException");
    }
  }

  @Test
  void aBodyThatWasChangedIsRefused() {
    WireRequest signed = Wire.lambda("POST", "/2015-03-31/functions", "{}");
    WireRequest changed =
        new WireRequest(
            signed.method(),
            signed.path(),
            signed.query(),
            signed.headers(),
            "{ }".getBytes(UTF_8));

    assertThat(refusal(Wire.verifier(), changed, "lambda").code())
        .isEqualTo("InvalidSignatureException");
  }

  @Test
  void aSignerWithASessionTokenIsAccepted() {
    AccessKey key =
        new AccessKey(KEY.accessKeyId(), KEY.secretKey(), Optional.of("token"), KEY.principal());
    SigV4Signer signer = new SigV4Signer(key, "us-east-1", InstantSource.fixed(Wire.NOW));
    WireRequest request =
        signer.sign(
            Wire.request("GET", "/a//b/?x=1&x=0", Map.of("X-Amz-Meta", " a   b "), new byte[0]),
            "lambda");

    assertThatCode(() -> verifier(Optional.of("token"), Wire.NOW).verify(request, "lambda", "r"))
        .doesNotThrowAnyException();
  }
}
