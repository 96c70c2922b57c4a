package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests as events, results as responses, and what browsers ask in between. */
class TestFunctionUrlMessages {
  private static final String ID = "abcdefghijklmnopqrstuvwxyz012345";
  private static final Instant NOW = Instant.parse("2020-03-12T19:03:58Z");

  private static HttpRequest request(
      String method, String path, String query, Headers headers, byte[] body) {
    return new HttpRequest(
        new WireRequest(method, path, query, headers, body),
        ID + ".lambda-url.us-east-1.localhost",
        9000,
        "203.0.113.7",
        "HTTP/1.1");
  }

  private static FunctionUrl url(Optional<FunctionUrl.Cors> cors) {
    return new FunctionUrl(
        new FunctionName("thumb"),
        Optional.empty(),
        ID,
        FunctionUrl.AuthType.NONE,
        cors,
        FunctionUrl.InvokeMode.BUFFERED,
        NOW,
        NOW);
  }

  private static JsonNode event(HttpRequest request, Optional<FunctionUrlEvent.Signer> signer) {
    return JsonMapper.shared()
        .readTree(
            FunctionUrlEvent.of(
                request, url(Optional.empty()), new RequestId("id"), signer, "Root=1-2-3", NOW));
  }

  @Test
  void anEventHasTheDocumentedForm() {
    Headers headers =
        new Headers()
            .add("Header1", "value1")
            .add("header2", "value1")
            .add("HEADER2", "value2")
            .add("Cookie", "cookie1; cookie2")
            .add("user-agent", "agent")
            .add("content-type", "text/plain");
    JsonNode event =
        event(
            request(
                "POST",
                "/my/path",
                "parameter1=value1&parameter1=value2&parameter2=value",
                headers,
                "Hello \"from\" client!".getBytes(StandardCharsets.UTF_8)),
            Optional.of(
                new FunctionUrlEvent.Signer("AKIA", "000000000000", "arn:aws:iam::0:root")));
    assertThat(event)
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"version": "2.0", "routeKey": "$default", "rawPath": "/my/path",
                     "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
                     "cookies": ["cookie1", "cookie2"],
                     "headers": {"header1": "value1", "header2": "value1,value2", "user-agent": "agent",
                       "content-type": "text/plain", "x-amzn-trace-id": "Root=1-2-3",
                       "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "http",
                       "x-forwarded-port": "9000"},
                     "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
                     "requestContext": {"accountId": "000000000000", "apiId": "%1$s",
                       "authorizer": {"iam": {"accessKey": "AKIA", "accountId": "000000000000",
                         "callerId": "AKIA", "cognitoIdentity": null, "principalOrgId": null,
                         "userArn": "arn:aws:iam::0:root", "userId": "AKIA"}},
                       "domainName": "%1$s.lambda-url.us-east-1.localhost", "domainPrefix": "%1$s",
                       "http": {"method": "POST", "path": "/my/path", "protocol": "HTTP/1.1",
                         "sourceIp": "203.0.113.7", "userAgent": "agent"},
                       "requestId": "id", "routeKey": "$default", "stage": "$default",
                       "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1584039838000},
                     "body": "Hello \\"from\\" client!", "isBase64Encoded": false}
                    """
                        .formatted(ID)));
  }

  @Test
  void whatARequestLacksItsEventLacksToo() {
    JsonNode event = event(request("GET", "/", "", new Headers(), new byte[0]), Optional.empty());
    assertThat(event.has("body")).isFalse();
    assertThat(event.has("cookies")).isFalse();
    assertThat(event.has("queryStringParameters")).isFalse();
    assertThat(event.path("requestContext").has("authorizer")).isFalse();
    assertThat(event.path("requestContext").path("accountId").stringValue()).isEqualTo("anonymous");
    assertThat(event.path("isBase64Encoded").booleanValue()).isFalse();
  }

  @Test
  void aBodyThatIsNoTextIsBase64() {
    byte[] body = {(byte) 0xff, 0, 1};
    for (String type : List.of("image/jpeg", "text/plain", "application/octet-stream")) {
      JsonNode event =
          event(
              request("POST", "/", "", new Headers().add("content-type", type), body),
              Optional.empty());
      assertThat(Base64.getDecoder().decode(event.path("body").stringValue())).isEqualTo(body);
      assertThat(event.path("isBase64Encoded").booleanValue()).isTrue();
    }
  }

  @Test
  void hostileQueriesAreTakenAsTheyStand() {
    JsonNode event =
        event(
            request("GET", "/", "a=%zz&&=x&b&c=%C3%A9+1", new Headers(), new byte[0]),
            Optional.empty());
    JsonNode parameters = event.path("queryStringParameters");
    assertThat(parameters.path("a").stringValue()).isEqualTo("%zz");
    assertThat(parameters.path("b").stringValue()).isEmpty();
    assertThat(parameters.path("c").stringValue()).isEqualTo("é 1");
  }

  private static Optional<WireResponse> answer(String result) {
    return new FunctionUrlAnswer().of(result.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(WireResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Test
  void aResultWithoutStatusCodeIsTheBodyOfA200() {
    for (String result : List.of("\"Hello\"", "{\"a\":1}", "[1]", "null")) {
      WireResponse response = answer(result).orElseThrow();
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.headers().first("content-type")).contains("application/json");
      assertThat(text(response)).isEqualTo(result);
    }
  }

  @Test
  void aDescribedResponseIsSentAsDescribed() {
    WireResponse response =
        answer(
                """
                {"statusCode": 201, "headers": {"Content-Type": "text/html", "X-N": 7,
                 "Transfer-Encoding": "chunked", "Content-Length": "999", "X-Many": ["a", "b"]},
                 "body": "<p>é</p>", "cookies": ["a=1; Secure", "b=2"]}
                """)
            .orElseThrow();
    assertThat(response.status()).isEqualTo(201);
    assertThat(response.headers().all("content-type")).containsExactly("text/html");
    assertThat(response.headers().all("x-n")).containsExactly("7");
    assertThat(response.headers().all("x-many")).containsExactly("a", "b");
    assertThat(response.headers().all("set-cookie")).containsExactly("a=1; Secure", "b=2");
    assertThat(response.headers().names()).doesNotContain("transfer-encoding", "content-length");
    assertThat(text(response)).isEqualTo("<p>é</p>");
  }

  @Test
  void aBase64BodyIsDecoded() {
    WireResponse response =
        answer("{\"statusCode\":\"200\",\"body\":\"/wAB\",\"isBase64Encoded\":true}").orElseThrow();
    assertThat(response.body()).containsExactly(0xff, 0, 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"statusCode\":99}",
        "{\"statusCode\":101}",
        "{\"statusCode\":600}",
        "{\"statusCode\":\"ok\"}",
        "{\"statusCode\":null}",
        "{\"statusCode\":200,\"body\":{}}",
        "{\"statusCode\":200,\"headers\":[]}",
        "{\"statusCode\":200,\"headers\":{\"a b\":\"x\"}}",
        "{\"statusCode\":200,\"headers\":{\"a\":\"x\\r\\nset-cookie: b\"}}",
        "{\"statusCode\":200,\"headers\":{\"a\":{}}}",
        "{\"statusCode\":200,\"cookies\":[\"a\\nb\"]}",
        "{\"statusCode\":200,\"cookies\":\"a\"}",
        "{\"statusCode\":200,\"body\":\"*\",\"isBase64Encoded\":true,\"headers\":7}",
        "not json"
      })
  void aDescriptionThatHttpCannotCarryIsNone(String result) {
    assertThat(answer(result)).isEmpty();
  }

  private static FunctionUrl.Cors cors(boolean credentials, String... origins) {
    return new FunctionUrl.Cors(
        Optional.of(credentials),
        List.of("x-token"),
        List.of("GET", "POST"),
        List.of(origins),
        List.of("x-shown"),
        Optional.of(Duration.ofMinutes(5)));
  }

  private static HttpRequest preflight(String origin, String method) {
    return request(
        "OPTIONS",
        "/",
        "",
        new Headers().add("origin", origin).add("access-control-request-method", method),
        new byte[0]);
  }

  @Test
  void aPreflightIsAnsweredFromTheSettings() {
    Headers answer =
        Cors.preflight(
                cors(true, "https://*.example.com"), preflight("https://a.example.com", "POST"))
            .orElseThrow()
            .headers();
    assertThat(answer.first("access-control-allow-origin")).contains("https://a.example.com");
    assertThat(answer.first("access-control-allow-methods")).contains("GET,POST");
    assertThat(answer.first("access-control-allow-headers")).contains("x-token");
    assertThat(answer.first("access-control-allow-credentials")).contains("true");
    assertThat(answer.first("access-control-max-age")).contains("300");
    assertThat(answer.first("vary")).contains("Origin");
  }

  @Test
  void aStrangerAndAForeignMethodAreAllowedNothing() {
    FunctionUrl.Cors settings = cors(false, "https://*.example.com");
    for (HttpRequest request :
        List.of(
            preflight("https://example.com.evil.net", "GET"),
            preflight("https://.example.com.evil", "GET"),
            preflight("https://a.example.com", "DELETE"))) {
      assertThat(Cors.preflight(settings, request).orElseThrow().headers().names()).isEmpty();
    }
    assertThat(Cors.preflight(settings, request("OPTIONS", "/", "", new Headers(), new byte[0])))
        .as("an OPTIONS request of the function's own")
        .isEmpty();
  }

  @Test
  void anAnswerKeepsItsOwnVaryBesideTheOrigin() {
    Headers answer = new Headers().add("vary", "Accept");
    HttpRequest request =
        request("GET", "/", "", new Headers().add("origin", "https://a.com"), new byte[0]);
    Cors.apply(cors(false, "https://a.com"), request, answer);
    assertThat(answer.all("vary")).containsExactly("Accept", "Origin");
    assertThat(answer.first("access-control-expose-headers")).contains("x-shown");
  }

  @Test
  void anyOriginIsAStarWithoutCredentialsAndTheOriginWithThem() {
    HttpRequest request =
        request("GET", "/", "", new Headers().add("origin", "https://a.com"), new byte[0]);
    Headers open = new Headers();
    Cors.apply(cors(false, "*"), request, open);
    assertThat(open.first("access-control-allow-origin")).contains("*");
    Headers trusting = new Headers();
    Cors.apply(cors(true, "*"), request, trusting);
    assertThat(trusting.first("access-control-allow-origin")).contains("https://a.com");
  }
}
