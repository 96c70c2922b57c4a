package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import tools.jackson.databind.JsonNode;

/** Function URLs: an HTTP request becomes an event of format 2.0, a result becomes a response. */
final class TestFunctionUrls {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();

  /** Answers with its event, unless the path says what to do instead. */
  private static final String CODE =
      """
      import base64, json, os, time
      from runtime import Raw

      def handler(event, context):
          body = event.get("body", "")
          match event["rawPath"]:
              case "/answer":
                  return Raw(body.encode())
              case "/raise":
                  raise RuntimeError("no answer")
              case "/exit":
                  os._exit(3)
              case "/slow":
                  time.sleep(30)
              case "/large":
                  return {"statusCode": 200, "body": "x" * 7_000_000}
              case "/count":
                  return {"length": len(body), "base64": event["isBase64Encoded"]}
          return event
      """;

  private static String url = "";

  @BeforeAll
  static void createFunction() {
    FUNCTIONS.deployPython("url-main", CODE, request -> request.timeout(2).memorySize(512));
    url = FUNCTIONS.url("url-main");
  }

  @AfterAll
  static void deleteFunction() {
    FUNCTIONS.delete(List.of("url-main"));
    assertThat(Http.request("GET", url).send().status()).isEqualTo(404);
  }

  @Test
  void requestsBecomeEventsOfFormatTwo() {
    JsonNode event =
        event(
            Http.request("POST", url + "some/path%20with%2Fescapes?a=1&b=2&a=3&empty=&e=%C3%A9+x")
                .header("X-Custom-Header", "one")
                .header("X-CUSTOM-header", "two")
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "tests/1.0")
                .header("Cookie", "first=1; second=2")
                .header("Cookie", "third=3")
                .body("{\"greeting\": \"hällo\"}"));
    assertThat(event.path("version").asString()).isEqualTo("2.0");
    assertThat(event.path("routeKey").asString()).isEqualTo("$default");
    assertThat(event.path("rawQueryString").asString()).isEqualTo("a=1&b=2&a=3&empty=&e=%C3%A9+x");
    assertThat(event.at("/queryStringParameters/a").asString()).isEqualTo("1,3");
    assertThat(event.at("/queryStringParameters/empty").asString()).isEmpty();
    assertThat(event.at("/queryStringParameters/e").asString()).isEqualTo("é x");
    assertThat(event.at("/headers/x-custom-header").asString()).isEqualTo("one,two");
    assertThat(event.at("/headers/host").asString()).isEqualTo(host());
    assertThat(event.at("/headers/x-forwarded-for").asString()).isEqualTo("127.0.0.1");
    assertThat(event.path("headers").has("cookie")).isFalse();
    assertThat(event.path("cookies").valueStream().map(JsonNode::asString))
        .containsExactly("first=1", "second=2", "third=3");
    assertThat(event.path("body").asString()).isEqualTo("{\"greeting\": \"hällo\"}");
    assertThat(event.path("isBase64Encoded").asBoolean()).isFalse();
    JsonNode context = event.path("requestContext");
    assertThat(context.at("/http/method").asString()).isEqualTo("POST");
    assertThat(context.at("/http/protocol").asString()).isEqualTo("HTTP/1.1");
    assertThat(context.at("/http/sourceIp").asString()).isEqualTo("127.0.0.1");
    assertThat(context.at("/http/userAgent").asString()).isEqualTo("tests/1.0");
    assertThat(context.path("accountId").asString()).isEqualTo("anonymous");
    assertThat(context.path("domainPrefix").asString()).isEqualTo(context.path("apiId").asString());
    assertThat(context.path("timeEpoch").asLong()).isPositive();
    assertThat(context.path("time").asString())
        .matches("\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000");
    assertThat(context.path("requestId").asString()).isNotBlank();
  }

  @Test
  void everyMethodReachesTheHandler() {
    for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
      assertThat(event(Http.request(method, url)).at("/requestContext/http/method").asString())
          .isEqualTo(method);
    }
    Reply head = Http.request("HEAD", url).send();
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void bodiesThatAreNoTextComeInBase64() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    for (String type : List.of("application/octet-stream", "image/png", "text/plain")) {
      JsonNode event = event(Http.request("POST", url).header("Content-Type", type).body(bytes));
      assertThat(event.path("isBase64Encoded").asBoolean()).as(type).isTrue();
      assertThat(Base64.getDecoder().decode(event.path("body").asString())).isEqualTo(bytes);
    }
    assertThat(event(Http.request("GET", url)).has("body")).isFalse();
  }

  @Test
  void describedResultsBecomeResponses() {
    Reply reply =
        answer(
            """
            {"statusCode": 418, "headers": {"X-One": "1", "Content-Type": "text/plain"},
             "cookies": ["a=1; Path=/", "b=2"], "body": "short and stout ☕"}""");
    assertThat(reply.status()).isEqualTo(418);
    assertThat(reply.header("x-one")).isEqualTo("1");
    assertThat(reply.header("content-type")).isEqualTo("text/plain");
    assertThat(reply.headers("set-cookie")).containsExactly("a=1; Path=/", "b=2");
    assertThat(reply.text()).isEqualTo("short and stout ☕");
    assertThat(reply.header("x-amzn-requestid")).isNotBlank();
    assertThat(reply.header("x-amzn-trace-id")).startsWith("Root=1-");
  }

  @Test
  void base64BodiesAreDecoded() {
    Reply reply =
        answer(
            """
            {"statusCode": 200, "isBase64Encoded": true, "body": "AAH/gA==",
             "headers": {"content-type": "image/png"}}""");
    assertThat(reply.body()).isEqualTo(new byte[] {0, 1, (byte) 0xff, (byte) 0x80});
    assertThat(reply.header("content-type")).isEqualTo("image/png");
  }

  @Test
  void otherResultsAreTheBodyOfA200() {
    for (String result : List.of("{\"message\": 1}", "[1, 2]", "\"text\"", "17", "true", "null")) {
      Reply reply = answer(result);
      assertThat(reply.status()).as(result).isEqualTo(200);
      assertThat(reply.header("content-type")).isEqualTo("application/json");
      assertThat(reply.text()).isEqualTo(result);
    }
  }

  @Test
  void emptyAnswersHaveNoBody() {
    Reply reply = answer("{\"statusCode\": 204}");
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.body()).isEmpty();
  }

  @Test
  void resultsThatDescribeNoResponseAreBadGateways() {
    for (String wrong :
        List.of(
            "{\"statusCode\": \"many\"}",
            "{\"statusCode\": 99}",
            "{\"statusCode\": 1000}",
            "{\"statusCode\": 200, \"body\": {\"no\": \"text\"}}",
            "{\"statusCode\": 200, \"headers\": [1]}",
            "{\"statusCode\": 200, \"headers\": {\"a b\": \"1\"}}",
            "{\"statusCode\": 200, \"headers\": {\"x\": \"1\\r\\nset-cookie: forged\"}}",
            "{\"statusCode\": 200, \"cookies\": \"a=1\"}",
            "{\"statusCode\": 200, \"isBase64Encoded\": true, \"body\": \"***\"}",
            "no json at all")) {
      Reply reply = answer(wrong);
      assertThat(reply.status()).as(wrong).isEqualTo(502);
      assertThat(reply.text()).isEqualTo("{\"Message\":\"Internal Server Error\"}");
    }
  }

  @Test
  void failuresOfTheHandlerAreBadGatewaysAndSayNothing() {
    for (String path : List.of("raise", "exit", "slow", "large")) {
      Reply reply = Http.request("GET", url + path).send();
      assertThat(reply.status()).as(path).isEqualTo(502);
      assertThat(reply.text()).isEqualTo("{\"Message\":\"Internal Server Error\"}");
    }
    assertThat(Http.request("GET", url).send().status()).isEqualTo(200);
  }

  @Test
  void bodiesOfSixMegabytesPassAndLargerOnesDoNot() {
    Reply passed =
        Http.request("POST", url + "count")
            .header("Content-Type", "text/plain")
            .body("x".repeat(5_000_000))
            .send();
    assertThat(passed.text()).isEqualTo("{\"length\": 5000000, \"base64\": false}");
    Reply refused =
        Http.request("POST", url + "count")
            .header("Content-Type", "text/plain")
            .body("x".repeat(6 * 1024 * 1024 + 1))
            .send();
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.text()).contains("Request Entity Too Large");
  }

  @Test
  void addressesThatNobodyHasAreNotFound() {
    String unknown = url.replaceFirst("//[a-z0-9]+", "//" + "a".repeat(32));
    assertThat(Http.request("GET", unknown).send().status()).isEqualTo(404);
    assertThat(Http.request("GET", url).header("Host", "x." + host()).send().status())
        .isEqualTo(404);
  }

  @Test
  void preflightsAreAnsweredFromTheSettingsAndSimpleRequestsGetTheirHeaders() {
    FUNCTIONS.deployPython(
        "url-cors", "calls = []\ndef handler(event, context): return 'called'\n");
    String address =
        FUNCTIONS
            .client()
            .createFunctionUrlConfig(
                request ->
                    request
                        .functionName("url-cors")
                        .authType(FunctionUrlAuthType.NONE)
                        .cors(
                            cors ->
                                cors.allowOrigins("https://app.example.com")
                                    .allowMethods("PUT")
                                    .allowHeaders("x-token")
                                    .exposeHeaders("x-count")
                                    .allowCredentials(true)
                                    .maxAge(300)))
            .functionUrl();
    Reply preflight = preflight(address, "https://app.example.com", "PUT");
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.body()).isEmpty();
    assertThat(preflight.header("access-control-allow-origin"))
        .isEqualTo("https://app.example.com");
    assertThat(preflight.header("access-control-allow-methods")).isEqualTo("PUT");
    assertThat(preflight.header("access-control-allow-headers")).isEqualTo("x-token");
    assertThat(preflight.header("access-control-allow-credentials")).isEqualTo("true");
    assertThat(preflight.header("access-control-max-age")).isEqualTo("300");
    assertThat(preflight(address, "https://evil.example.com", "PUT").headers())
        .doesNotContainKey("access-control-allow-origin");
    assertThat(preflight(address, "https://app.example.com", "DELETE").headers())
        .doesNotContainKey("access-control-allow-origin");
    Reply simple = Http.request("PUT", address).header("Origin", "https://app.example.com").send();
    assertThat(simple.text()).isEqualTo("\"called\"");
    assertThat(simple.header("access-control-allow-origin")).isEqualTo("https://app.example.com");
    assertThat(simple.header("access-control-expose-headers")).isEqualTo("x-count");
    assertThat(
            Http.request("PUT", address)
                .header("Origin", "https://evil.example.com")
                .send()
                .headers())
        .doesNotContainKey("access-control-allow-origin");
    FUNCTIONS.delete(List.of("url-cors"));
  }

  @Test
  void urlsWithIamTakeOnlySignedRequestsAndTellWhoSigned() {
    FUNCTIONS.deployPython("url-iam", CODE);
    String address =
        FUNCTIONS
            .client()
            .createFunctionUrlConfig(
                request -> request.functionName("url-iam").authType(FunctionUrlAuthType.AWS_IAM))
            .functionUrl();
    Reply unsigned = Http.request("GET", address).send();
    assertThat(unsigned.status()).isEqualTo(403);
    assertThat(unsigned.text()).contains("Message");
    byte[] body = "{\"signed\": true}".getBytes(StandardCharsets.UTF_8);
    Reply signed = Signing.of(MAYFLY).request("POST", address + "a%20path?b=2&a=1", body).send();
    assertThat(signed.status()).as(signed.text()).isEqualTo(200);
    JsonNode iam = Json.of(signed.text()).at("/requestContext/authorizer/iam");
    assertThat(iam.path("accessKey").asString()).isEqualTo(MAYFLY.accessKey());
    assertThat(iam.path("accountId").asString()).isEqualTo("000000000000");
    assertThat(iam.path("userArn").asString()).isEqualTo("arn:aws:iam::000000000000:root");
    Reply forged =
        new Signing(MAYFLY.accessKey(), "x".repeat(40)).request("POST", address, body).send();
    assertThat(forged.status()).isEqualTo(403);
    FUNCTIONS.delete(List.of("url-iam"));
  }

  private static Reply preflight(String address, String origin, String method) {
    return Http.request("OPTIONS", address)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", method)
        .send();
  }

  private static Reply answer(String result) {
    return Http.request("POST", url + "answer")
        .header("Content-Type", "text/plain")
        .body(result)
        .send();
  }

  private static JsonNode event(Http request) {
    Reply reply = request.send();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return Json.of(reply.text());
  }

  private static String host() {
    return url.substring("http://".length(), url.length() - 1);
  }
}
