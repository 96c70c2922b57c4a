package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Whose a request is: a function URL's, the platform's own or the AWS endpoint's. */
final class TestRouter extends GatewayTest {
  @Test
  void aFunctionUrlTakesARequestToItsFunctionAndBack() throws IOException {
    String response =
        exchange(
            head("POST", "/a%2Fb?x=1", urlHost(), "Content-Type: text/plain", "Content-Length: 5"),
            "hel",
            "lo");
    assertThat(response)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("\"rawPath\":\"/a%2Fb\"", "\"rawQueryString\":\"x=1\"", "\"body\":\"hello\"")
        .containsIgnoringCase("x-amzn-requestid:")
        .doesNotContainIgnoringCase("server:")
        .doesNotContainIgnoringCase("jetty");
  }

  @Test
  void anUnknownFunctionUrlIsNotFound() throws IOException {
    assertThat(exchange(head("GET", "/", "nobody.lambda-url.us-east-1.localhost")))
        .startsWith("HTTP/1.1 404")
        .contains("{\"Message\":\"There is no function URL at this address\"}");
    assertThat(refusals)
        .singleElement(InstanceOfAssertFactories.STRING)
        .endsWith(" GET http://nobody.lambda-url.us-east-1.localhost/ ResourceNotFoundException");
  }

  @Test
  void everythingElseIsTheAwsEndpointsAndMustBeSigned() throws IOException {
    assertThat(exchange(head("GET", "/2015-03-31/functions", "127.0.0.1")))
        .startsWith("HTTP/1.1 403")
        .contains("MissingAuthenticationToken");
  }
}
