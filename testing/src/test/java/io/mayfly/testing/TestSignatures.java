package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the AWS endpoint says to requests that nobody it knows has signed. */
final class TestSignatures {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final String LIST = MAYFLY.endpoint() + "/2015-03-31/functions/";
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final byte[] NOTHING = {};

  @Test
  void rightlySignedRequestsAreServed() {
    assertThat(Signing.of(MAYFLY).request("GET", LIST, NOTHING).send().status()).isEqualTo(200);
  }

  @Test
  void unsignedRequestsAreRefused() {
    Reply reply = Http.request("GET", LIST).send();
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.header("x-amzn-errortype")).isEqualTo("MissingAuthenticationTokenException");
    assertThat(reply.text()).contains("Missing Authentication Token");
    assertThat(reply.header("x-amzn-requestid")).isNotBlank();
  }

  @Test
  void wrongSecretsAreRefused() {
    Reply reply =
        new Signing(MAYFLY.accessKey(), "wrong".repeat(8)).request("GET", LIST, NOTHING).send();
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.header("x-amzn-errortype")).isEqualTo("InvalidSignatureException");
    assertThat(reply.text())
        .contains("The request signature we calculated does not match the signature you provided.");
  }

  @Test
  void unknownKeysAreRefused() {
    Reply reply =
        new Signing("AKIAIOSFODNN7EXAMPLE", MAYFLY.secretKey())
            .request("GET", LIST, NOTHING)
            .send();
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.header("x-amzn-errortype")).isEqualTo("UnrecognizedClientException");
  }

  @Test
  void requestsFromAnotherTimeAreRefused() {
    for (Duration shift : List.of(Duration.ofMinutes(-20), Duration.ofMinutes(20))) {
      Reply reply =
          Signing.of(MAYFLY)
              .clock(Clock.offset(Clock.systemUTC(), shift))
              .request("GET", LIST, NOTHING)
              .send();
      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.header("x-amzn-errortype")).isEqualTo("InvalidSignatureException");
      assertThat(reply.text())
          .contains(shift.isNegative() ? "Signature expired" : "Signature not yet current");
    }
  }

  @Test
  void signaturesForAnotherRegionOrServiceAreRefused() {
    Reply region = Signing.of(MAYFLY).region("eu-west-1").request("GET", LIST, NOTHING).send();
    assertThat(region.status()).isEqualTo(403);
    assertThat(region.text()).contains("eu-west-1");
    Reply service = Signing.of(MAYFLY).service("sqs").request("GET", LIST, NOTHING).send();
    assertThat(service.status()).isGreaterThanOrEqualTo(400);
  }

  @Test
  void changedBodiesPathsAndQueriesBreakTheSignature() {
    String invoke = MAYFLY.endpoint() + "/2015-03-31/functions/none/invocations";
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> headers = Signing.of(MAYFLY).headers("POST", invoke, body);
    assertThat(send("POST", invoke, headers, body).status()).isEqualTo(404);
    assertThat(send("POST", invoke, headers, "{ }".getBytes(StandardCharsets.UTF_8)).status())
        .isEqualTo(403);
    assertThat(send("POST", invoke.replace("none", "more"), headers, body).status()).isEqualTo(403);
    assertThat(send("POST", invoke + "?Qualifier=1", headers, body).status()).isEqualTo(403);
  }

  @Test
  void authorizationHeadersThatMakeNoSenseAreRefused() {
    for (String nonsense :
        List.of(
            "Basic dXNlcjpwYXNz",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
            "AWS4-HMAC-SHA256 Credential=" + "x".repeat(7000))) {
      Reply reply = Http.request("GET", LIST).header("Authorization", nonsense).send();
      assertThat(reply.status()).as(nonsense).isEqualTo(403);
      assertThat(reply.header("x-amzn-errortype"))
          .isIn("IncompleteSignatureException", "MissingAuthenticationTokenException");
    }
    assertThat(Signing.of(MAYFLY).request("GET", LIST, NOTHING).send().status()).isEqualTo(200);
  }

  @Test
  void bodiesInSignedChunksAreReadAsTheyWere() {
    FUNCTIONS.deployPython("in-chunks", "def handler(event, context): return len(event)\n");
    String invoke = MAYFLY.endpoint() + "/2015-03-31/functions/in-chunks/invocations";
    byte[] event = ("\"" + "x".repeat(300_000) + "\"").getBytes(StandardCharsets.UTF_8);
    for (String trailer : Arrays.asList(null, "CRC32", "SHA256")) {
      Reply reply = Signing.of(MAYFLY).chunked("POST", invoke, event, trailer).send();
      assertThat(reply.text()).isEqualTo("300000");
    }
    Reply wrong =
        new Signing(MAYFLY.accessKey(), "wrong".repeat(8))
            .chunked("POST", invoke, event, null)
            .send();
    assertThat(wrong.header("x-amzn-errortype")).isEqualTo("InvalidSignatureException");
    FUNCTIONS.delete(List.of("in-chunks"));
  }

  private static Reply send(
      String method, String url, Map<String, List<String>> headers, byte[] body) {
    Http http = Http.request(method, url).body(body);
    headers.forEach((name, values) -> values.forEach(value -> http.header(name, value)));
    return http.send();
  }
}
