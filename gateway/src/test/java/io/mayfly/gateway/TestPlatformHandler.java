package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Signer;
import io.mayfly.aws.WireRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The platform's own endpoints, and who may ask them. */
final class TestPlatformHandler extends GatewayTest {
  @Test
  void thePlatformsEndpointsAreForItsOwnerButHealthIsForAll() throws IOException {
    assertThat(exchange(head("GET", "/_mayfly/health", "127.0.0.1"))).startsWith("HTTP/1.1 200");
    assertThat(exchange(head("GET", "/_mayfly/runtimes", "127.0.0.1"))).startsWith("HTTP/1.1 403");
    assertThat(signed("/_mayfly/runtimes")).startsWith("HTTP/1.1 200").contains("python3.12");
    assertThat(signed("/_mayfly/logs/echo")).startsWith("HTTP/1.1 200").contains("text/plain");
    assertThat(signed("/_mayfly/logs/nobody")).startsWith("HTTP/1.1 404");
    assertThat(signed("/_mayfly/code/echo")).startsWith("HTTP/1.1 200").contains("bootstrap");
    assertThat(signed("/_mayfly/why/1-2")).contains("[{\"what\":\"1-2\"}]");
    assertThat(signed("/_mayfly/other")).startsWith("HTTP/1.1 404");
  }

  @Test
  void metricsTakeTheOwnersKeysAsAPasswordAndLooksDoNot() throws IOException {
    assertThat(signed("/_mayfly/metrics")).startsWith("HTTP/1.1 200").contains("calls 1\n");
    assertThat(withPassword("/_mayfly/metrics", "Basic x"))
        .startsWith("HTTP/1.1 200")
        .contains("calls 1\n");
    assertThat(withPassword("/_mayfly/metrics", "Basic y")).startsWith("HTTP/1.1 403");
    assertThat(withPassword("/_mayfly/runtimes", "Basic x")).startsWith("HTTP/1.1 403");
  }

  @Test
  void busesTakeEventsBySignatureOrPasswordAndNobodyElses() throws IOException {
    String bus = "/_mayfly/events/default";
    assertThat(post(bus, "Basic x", "abc")).startsWith("HTTP/1.1 200").endsWith("abc");
    assertThat(post(bus, "Basic y", "abc"))
        .startsWith("HTTP/1.1 401")
        .containsIgnoringCase("www-authenticate: Basic realm=\"mayfly\"");
    assertThat(exchange(head("POST", bus, "127.0.0.1"))).startsWith("HTTP/1.1 401");
    // Signed, but for another service.
    assertThat(signed(bus)).startsWith("HTTP/1.1 401");
    assertThat(withPassword(bus, "Basic x")).startsWith("HTTP/1.1 405");
    assertThat(post("/_mayfly/events/a%20b", "Basic x", "abc")).startsWith("HTTP/1.1 404");
    assertThat(post(bus, "Basic x", "x".repeat((2 << 20) + 1))).startsWith("HTTP/1.1 413");
    assertThat(post(bus, "Basic x", "x".repeat(2 << 20))).startsWith("HTTP/1.1 200");
  }

  private String post(String path, String authorization, String body) throws IOException {
    return exchange(
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(path, authorization, body.length(), body));
  }

  @Test
  void subscribersOfTopicsAreAnsweredWithoutASignatureByGetAlone() throws IOException {
    assertThat(exchange(head("GET", "/_mayfly/sns?Action=x", "127.0.0.1")))
        .startsWith("HTTP/1.1 200")
        .endsWith("Action=x");
    assertThat(exchange(head("GET", "/_mayfly/sns/a.pem", "127.0.0.1"))).startsWith("HTTP/1.1 200");
    assertThat(exchange(head("POST", "/_mayfly/sns?Action=x", "127.0.0.1")))
        .startsWith("HTTP/1.1 405");
    assertThat(exchange(head("GET", "/_mayfly/snsx", "127.0.0.1"))).startsWith("HTTP/1.1 403");
  }

  @Test
  void rulesOfTopicsAreMadeListedAndRemoved() throws IOException {
    String path = "/_mayfly/mqtt/rules/r";
    assertThat(signed("/_mayfly/mqtt"))
        .contains("{\"listening\":true,\"port\":1883,\"connections\":2,\"rules\":0}");
    String rule =
        "{\"topic\":\"a/#\",\"to\":[\"x\"],\"role\":\"y\",\"pattern\":{\"a\":[1]},\"errorQueue\":\"z\",\"withTopic\":true,\"enabled\":false}";
    assertThat(signed("PUT", path, rule)).startsWith("HTTP/1.1 200").contains("{\"obstacles\":[]}");
    assertThat(signed("/_mayfly/mqtt/rules"))
        .contains(
            "[{\"name\":\"r\",\"arn\":\"arn:aws:iot:us-east-1:%s:rule/r\",%s]"
                .formatted(ACCOUNT.id(), rule.substring(1)));
    assertThat(signed("DELETE", path, "")).startsWith("HTTP/1.1 200");
    assertThat(signed("/_mayfly/mqtt/rules")).endsWith("[]");
  }

  @Test
  void whatIsNoRuleIsRefused() throws IOException {
    String path = "/_mayfly/mqtt/rules/r";
    for (String body :
        List.of(
            "",
            "[]",
            "{",
            "{\"topic\":\"a\"}",
            "{\"to\":[]}",
            "{\"topic\":\"a\",\"to\":\"x\"}",
            "{\"topic\":\"a\",\"to\":[1]}",
            "{\"topic\":1,\"to\":[]}",
            "{\"topic\":\"a\",\"to\":[],\"withTopic\":1}",
            "{\"topic\":\"a\",\"to\":[],\"pattern\":\"x\"}",
            "{\"topic\":\"a\",\"to\":[],\"sql\":\"SELECT *\"}")) {
      assertThat(signed("PUT", path, body)).as(body).startsWith("HTTP/1.1 400");
    }
    assertThat(signed("POST", path, "{}")).startsWith("HTTP/1.1 405");
    assertThat(signed("PUT", "/_mayfly/mqtt", "{}")).startsWith("HTTP/1.1 405");
    assertThat(signed("/_mayfly/mqtt/other")).startsWith("HTTP/1.1 404");
    assertThat(exchange(head("GET", "/_mayfly/mqtt", "127.0.0.1"))).startsWith("HTTP/1.1 403");
  }

  private String withPassword(String path, String authorization) throws IOException {
    return exchange(
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %s\r\nConnection: close\r\n\r\n"
            .formatted(path, authorization));
  }

  private String signed(String path) throws IOException {
    return signed("GET", path, "");
  }

  private String signed(String method, String path, String body) throws IOException {
    String host = "127.0.0.1:" + listener.port();
    WireRequest request =
        new SigV4Signer(KEY, ACCOUNT.region(), clock)
            .sign(
                new WireRequest(
                    method,
                    path,
                    "",
                    new Headers().set("host", host),
                    body.getBytes(StandardCharsets.UTF_8)),
                PlatformHandler.SIGNING_NAME);
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    request
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(body.length()).append("\r\n");
    return exchange(head + "Connection: close\r\n\r\n" + body);
  }
}
