package io.mayfly.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.aws.LambdaSamples.Functions;
import io.mayfly.aws.Models.Recorded;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Whatever comes in, a well-formed answer that blames the sender goes out. */
final class TestHostileInput {
  private static final List<String> PIECES =
      List.of(
          "%",
          "%2",
          "%zz",
          "%00",
          "%ff",
          "%2F",
          "+",
          "&",
          "=",
          "?",
          "#",
          "/",
          "//",
          "..",
          ";",
          "\"",
          "\\",
          "\\u0000",
          "\\ud800",
          "{",
          "}",
          "[",
          "]",
          "null",
          "-1",
          "1e999",
          "99999999999",
          "true",
          "\u0000",
          "\u00ff",
          "<",
          "<a>",
          "</",
          "<!DOCTYPE a>",
          "&amp;",
          "&x;",
          "]]>",
          ".member.1",
          ".entry.1",
          "X-Amz-Credential=a",
          "X-Amz-Signature=b",
          "AWS4-HMAC-SHA256 ");

  private static String mutate(String text, Random random) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + random.nextInt(4));
    return switch (random.nextInt(4)) {
      case 0 -> text.substring(0, at);
      case 1 -> text.substring(0, at) + text.substring(end);
      case 2 -> text.substring(0, at) + text.substring(at / 2);
      default ->
          text.substring(0, at)
              + PIECES.get(random.nextInt(PIECES.size()))
              + text.substring(random.nextBoolean() ? at : end);
    };
  }

  private static WireRequest mutate(WireRequest request, Random random) {
    Headers headers = new Headers();
    boolean changesHeader = random.nextInt(4) == 0;
    request
        .headers()
        .forEach(
            (name, value) ->
                headers.add(
                    name, changesHeader && random.nextBoolean() ? mutate(value, random) : value));
    byte[] body = request.body();
    boolean changesBody = random.nextInt(3) > 0;
    return new WireRequest(
        random.nextInt(50) == 0 ? mutate(request.method(), random) : request.method(),
        random.nextInt(3) == 0 ? mutate(request.path(), random) : request.path(),
        random.nextInt(3) == 0 ? mutate(request.query(), random) : request.query(),
        headers,
        changesBody ? mutate(new String(body, ISO_8859_1), random).getBytes(ISO_8859_1) : body);
  }

  private static void assertWellFormed(WireResponse response, WireRequest request) {
    String shown = request + " " + new String(request.body(), ISO_8859_1) + Wire.body(response);
    assertThat(response.status())
        .as(shown)
        .matches(status -> (status >= 200 && status < 300) || (status >= 400 && status <= 501))
        .isNotEqualTo(500);
    if (response.status() >= 400) {
      assertThat(response.headers().first("x-amzn-requestid")).as(shown).isPresent();
    }
    String type = response.headers().first("content-type").orElse("");
    if (type.contains("json")) {
      try (JsonParser parser =
          new JsonFactory().createParser(ObjectReadContext.empty(), response.body())) {
        parser.nextToken();
        parser.skipChildren();
        assertThat(parser.nextToken()).as(shown).isNull();
      }
    } else if (type.contains("xml")) {
      assertThat(XmlElement.parse(response.body()).name()).as(shown).isNotEmpty();
    }
  }

  @Test
  void changedLambdaRequestsNeverFailInside() {
    AwsEndpoint endpoint = Wire.endpoint(LambdaSamples.service(new Functions()));
    List<Recorded> seeds =
        Models.recorded().stream().filter(seed -> seed.service().equals("lambda")).toList();
    Random random = new Random(20150331);
    for (int round = 0; round < 6_000; round++) {
      WireRequest request = seeds.get(random.nextInt(seeds.size())).request();
      Headers headers = new Headers();
      request.headers().forEach(headers::add);
      headers.set("Host", "127.0.0.1:9000");
      WireRequest changed =
          mutate(
              new WireRequest(
                  request.method(), request.path(), request.query(), headers, request.body()),
              random);
      WireRequest signed;
      try {
        signed = Wire.sign(changed, "lambda");
      } catch (AwsException brokenQuery) {
        signed = changed;
      }
      assertWellFormed(Wire.serve(endpoint, signed), signed);
      WireRequest broken = mutate(signed, random);
      assertWellFormed(Wire.serve(endpoint, broken), broken);
    }
  }

  @Test
  void changedRequestsOfEveryProtocolAreParsedOrRefused() {
    List<Recorded> seeds = Models.recorded();
    Random random = new Random(7);
    int understood = 0;
    for (int round = 0; round < 15_000; round++) {
      Recorded seed = seeds.get(random.nextInt(seeds.size()));
      WireRequest request = mutate(seed.request(), random);
      try {
        Route route = new ServiceRouter(List.of(seed.model())).route(request);
        Map<String, Object> values = Protocol.of(seed.model()).parse(route);
        Validator.check(values, seed.model().input(route.operation()));
        understood++;
      } catch (AwsException refused) {
        assertThat(refused.status()).isBetween(400, 501).isNotEqualTo(500);
        assertWellFormed(Protocol.of(seed.model()).error(seed.model(), refused, "r"), request);
      }
    }
    assertThat(understood).isPositive();
  }

  @Test
  void changedCasesOfSmithyAreParsedOrRefused() {
    List<SmithyCases.Request> seeds = SmithyCases.requests().toList();
    Random random = new Random(11);
    int understood = 0;
    for (int round = 0; round < 15_000; round++) {
      SmithyCases.Request seed = seeds.get(random.nextInt(seeds.size()));
      WireRequest request = mutate(seed.wire(), random);
      Protocol protocol = Protocol.of(seed.service());
      try {
        Route route = new ServiceRouter(List.of(seed.service())).route(request);
        Map<String, Object> values = protocol.parse(route);
        Validator.check(values, seed.service().input(route.operation()));
        understood++;
      } catch (AwsException refused) {
        assertThat(refused.status()).isBetween(400, 501).isNotEqualTo(500);
        assertWellFormed(protocol.error(seed.service(), refused, "r"), request);
      }
    }
    assertThat(understood).isPositive();
  }

  @Test
  @Timeout(20)
  void oversizedPartsAreRefusedQuickly() {
    AwsEndpoint endpoint = Wire.endpoint(LambdaSamples.service(new Functions()));
    String million = "a".repeat(1_000_000);
    Headers many = new Headers().set("Host", "h");
    for (int i = 0; i < 10_000; i++) {
      many.add("x-header-" + i, "v");
    }
    for (WireRequest request :
        List.of(
            Wire.lambda("GET", "/2015-03-31/functions/" + million, ""),
            Wire.lambda("GET", "/2015-03-31/functions?Marker=a" + "&Marker=b".repeat(20_000), ""),
            Wire.lambda("POST", "/2015-03-31/functions", "{\"FunctionName\":\"" + million + "\"}"),
            Wire.lambda("POST", "/2015-03-31/functions", "{\"" + million + "\":1}"),
            Wire.lambda("POST", "/2015-03-31/functions", "{\"a\":".repeat(100_000)),
            Wire.lambda(
                "POST", "/2015-03-31/functions", "{\"Timeout\":" + "9".repeat(1_000_000) + "}"),
            Wire.lambda("GET", "/" + "a/".repeat(500_000), ""),
            Wire.sign(
                new WireRequest("GET", "/2015-03-31/functions/none", "", many, new byte[0]),
                "lambda"))) {
      WireResponse response = Wire.serve(endpoint, request);
      assertThat(response.status()).isBetween(400, 499);
      assertThat(response.body().length).isLessThan(10_000);
    }
  }

  @Test
  @Timeout(20)
  void aPatternThatBacktracksForeverGivesUp() {
    String text = "a".repeat(5_000) + "!";
    assertThat(new TextPattern("(a+)+").matches(text)).isFalse();
    assertThat(new TextPattern("(a|aa)+").matches(text)).isFalse();
    assertThat(new TextPattern("(a|b)*").matches("ab".repeat(200_000))).isIn(true, false);
    assertThat(new TextPattern("[a-z]*!").matches(text)).isTrue();
  }

  @Test
  void everyPatternAcceptsLongTextThatItShould() {
    assertThat(new TextPattern("(?:[A-Za-z0-9+/]{4})*").matches("abcd".repeat(500))).isTrue();
    assertThat(new TextPattern(".*").matches("x".repeat(2_000_000))).isTrue();
  }

  @Test
  void timestampsOutsideOfTimeAreRefused() {
    for (String text :
        List.of("1e999999999", "-1e400", "NaN", "", "9".repeat(60), "0.".repeat(20))) {
      for (TimestampFormat format : TimestampFormat.values()) {
        assertThat(read(format, text)).as(text).isEmpty();
      }
    }
    assertThat(read(TimestampFormat.UNIX, "1440938160.123").map(Object::toString))
        .contains("2015-08-30T12:36:00.123Z");
    assertThat(read(TimestampFormat.UNIX, "-0.5").map(Object::toString))
        .contains("1969-12-31T23:59:59.500Z");
  }

  private static Optional<Instant> read(TimestampFormat format, String text) {
    try {
      return Optional.of(format.read(text));
    } catch (DateTimeException refused) {
      return Optional.empty();
    }
  }

  @Test
  void bytesAreNeverTakenForOtherBytes() {
    byte[] body = "{\"FunctionName\":\"\u00e9\"}".getBytes(UTF_8);
    byte[] cut = Arrays.copyOf(body, body.length - 3);
    AwsEndpoint endpoint = Wire.endpoint(LambdaSamples.service(new Functions()));
    WireRequest request = Wire.request("POST", "/2015-03-31/functions", Map.of(), cut);

    assertThat(
            Wire.serve(endpoint, Wire.sign(request, "lambda")).headers().first("x-amzn-errortype"))
        .contains("SerializationException");
  }
}
