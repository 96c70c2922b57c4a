package io.mayfly.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.LambdaSamples.Functions;
import io.mayfly.aws.Operation.Nothing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestLambdaOverRestJson {
  private static final String CREATE =
      """
      {"FunctionName":"thumb","Role":"arn:aws:iam::000000000000:role/any","Runtime":"python3.11",\
      "Handler":"app.handler","Code":{"ZipFile":"UEsDBA=="},"MemorySize":256,"Timeout":3,\
      "Environment":{"Variables":{"COLOUR":"red"}},"Architectures":["arm64"],"Tags":{"team":"a"}}""";

  private final Functions functions = new Functions();
  private final AwsEndpoint endpoint = Wire.endpoint(LambdaSamples.service(functions));

  private WireResponse call(String method, String target, String body) {
    return Wire.serve(endpoint, Wire.lambda(method, target, body));
  }

  private WireResponse create(String body) {
    return call("POST", "/2015-03-31/functions", body);
  }

  private static void assertError(WireResponse response, int status, String code, String body) {
    assertThat(response.status()).as(Wire.body(response)).isEqualTo(status);
    assertThat(response.headers().first("x-amzn-errortype")).contains(code);
    assertThat(response.headers().first("x-amzn-requestid")).contains("request-1");
    assertThat(Wire.body(response)).isEqualTo(body);
  }

  @Test
  void aFunctionIsCreatedAndAnsweredFromTheModel() {
    WireResponse response = create(CREATE);

    assertThat(Wire.body(response))
        .isEqualTo(
            """
            {"FunctionName":"thumb","Runtime":"python3.11",\
            "Role":"arn:aws:iam::000000000000:role/any","CodeSize":4,"MemorySize":256,\
            "Environment":{"Variables":{"COLOUR":"red"}},"Architectures":["arm64"]}""");
    assertThat(response.status()).isEqualTo(201);
    assertThat(response.headers().first("Content-Type")).contains("application/json");
    assertThat(response.headers().first("x-amzn-RequestId")).contains("request-1");
  }

  @Test
  void nestedOutputsAndListsAreWritten() {
    create(CREATE);

    assertThat(Wire.body(call("GET", "/2015-03-31/functions/thumb", "")))
        .startsWith("{\"Configuration\":{\"FunctionName\":\"thumb\"")
        .endsWith("\"Tags\":{\"team\":\"a\"}}");
    assertThat(Wire.body(call("GET", "/2015-03-31/functions/?MaxItems=10", "")))
        .startsWith("{\"Functions\":[{\"FunctionName\":\"thumb\"")
        .endsWith("}]}");
  }

  @Test
  void aNameInThePathIsDecodedOnce() {
    String arn = "arn:aws:lambda:us-east-1:000000000000:function:thumb";
    call(
        "GET",
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Athumb",
        "");
    call("GET", "/2015-03-31/functions/" + arn, "");

    assertThat(functions.calls).containsExactly(arn, arn);
    assertThat(Wire.body(call("GET", "/2015-03-31/functions/a%252Fb", ""))).contains("'a%2Fb'");
    assertThat(Wire.body(call("GET", "/2015-03-31/functions/a%2Fb", ""))).contains("'a/b'");
  }

  @Test
  void aMissingFunctionIsAnsweredInLambdasShape() {
    assertError(
        call("GET", "/2015-03-31/functions/none", ""),
        404,
        "ResourceNotFoundException",
        "{\"Message\":\"Function not found: none\",\"Type\":\"User\"}");
    create(CREATE);
    assertError(
        create(CREATE),
        409,
        "ResourceConflictException",
        "{\"Type\":\"User\",\"message\":\"Function already exist: thumb\"}");
  }

  @Test
  void oneBrokenConstraintIsReportedInAwsWords() {
    assertError(
        call("GET", "/2015-03-31/functions/a%20b", ""),
        400,
        "ValidationException",
        "{\"message\":\"1 validation error detected: Value 'a b' at 'functionName' failed to satisfy"
            + " constraint: Member must satisfy regular expression pattern: "
            + pattern("NamespacedFunctionName").replace("\\", "\\\\")
            + "\"}");
  }

  private static String pattern(String shape) {
    Shape.StringShape string =
        (Shape.StringShape) ServiceModel.bundled("lambda-2015-03-31.json").shape(shape);
    return string.pattern().map(TextPattern::source).orElse("");
  }

  @Test
  void severalBrokenConstraintsAreReportedTogether() {
    WireResponse response =
        create(
            """
            {"FunctionName":"f","Runtime":"cobol","Timeout":0,"MemorySize":1,\
            "Environment":{"Variables":{"1":"secret"}},"Architectures":["mips"]}""");

    String message = Wire.body(response);
    assertThat(message)
        .contains("7 validation errors detected: Value 'cobol' at 'runtime' failed to satisfy")
        .contains("Member must satisfy enum value set: [nodejs, ")
        .contains("; Value null at 'role' failed to satisfy constraint: Member must not be null")
        .contains("; Value null at 'code' failed to satisfy constraint: Member must not be null")
        .contains("Value '0' at 'timeout' failed to satisfy constraint: Member must have value")
        .contains("Member must have value greater than or equal to 128")
        .contains("at 'environment.variables' failed to satisfy constraint: Map keys must satisfy")
        .contains(
            "Value '[mips]' at 'architectures' failed to satisfy constraint: Member must"
                + " satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]]")
        .doesNotContain("secret");
  }

  @Test
  void aSettingWithoutEffectIsRefused() {
    assertError(
        create(CREATE.replace("\"Timeout\":3", "\"VpcConfig\":{\"SubnetIds\":[]}")),
        400,
        "InvalidParameterValueException",
        "{\"Type\":\"User\",\"message\":\"VpcConfig is not supported yet by Mayfly; leave it out\"}");
    assertThat(
            Wire.body(create(CREATE.replace("\"ZipFile\":\"UEsDBA==\"", "\"S3Bucket\":\"abc\""))))
        .contains("Code.S3Bucket is not supported yet by Mayfly; leave it out");
    assertThat(Wire.body(create(CREATE.replace("\"Timeout\":3", "\"Timeuot\":3"))))
        .contains("Timeuot is not supported yet by Mayfly; leave it out");
    assertThat(functions.byName).isEmpty();
  }

  @Test
  void aMalformedBodyIsASerializationError() {
    for (String body :
        List.of(
            "{",
            "[]",
            "{} {}",
            "{\"FunctionName\":1}",
            "{\"FunctionName\":\"a\",\"FunctionName\":\"b\"}",
            "{\"Timeout\":\"3\"}",
            "{\"Timeout\":3.5}",
            "{\"Timeout\":99999999999}",
            "{\"Timeout\":1e400}",
            "{\"Publish\":\"true\"}",
            "{\"Code\":{\"ZipFile\":\"!\"}}",
            "{\"Code\":[]}",
            "{\"Layers\":[null]}",
            "{\"Layers\":" + "[".repeat(10_000),
            "{\"Description\":\"\\ud800\"}")) {
      WireResponse response = create(body);
      assertThat(response.status()).as(body + ": " + Wire.body(response)).isEqualTo(400);
      assertThat(response.headers().first("x-amzn-errortype")).contains("SerializationException");
    }
  }

  @Test
  void invalidUtf8IsASerializationError() {
    byte[] body = CREATE.replace("red", "r\u00e9d").getBytes(ISO_8859_1);
    WireRequest request = Wire.request("POST", "/2015-03-31/functions", Map.of(), body);

    assertThat(Wire.body(Wire.serve(endpoint, Wire.sign(request, "lambda"))))
        .contains("Could not parse request body into json");
  }

  @Test
  void repeatedKeysOfAQueryListAreOneList() {
    WireResponse response =
        call(
            "DELETE",
            "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af?tagKeys=a&tagKeys=b%20c",
            "");

    assertThat(response.status()).as(Wire.body(response)).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(functions.calls)
        .containsExactly("arn:aws:lambda:us-east-1:000000000000:function:f [a, b c]");
  }

  @Test
  void anUnknownPathAndAnUnimplementedActionAreToldApart() {
    assertThat(call("GET", "/2015-03-31/nothing", "").status()).isEqualTo(404);
    assertError(
        call("POST", "/2015-03-31/functions/f/versions", "{}"),
        501,
        "NotImplementedException",
        "{\"message\":\"Mayfly does not implement lambda:PublishVersion yet\"}");
    assertThat(
            endpoint
                .serve(Wire.sign(Wire.request("GET", "/", ""), "batch"))
                .headers()
                .first("x-amzn-errortype"))
        .contains("NotImplementedException");
  }

  @Test
  void aStrangerLearnsNothing() {
    assertError(
        Wire.serve(endpoint, Wire.request("GET", "/2015-03-31/functions/f", "")),
        403,
        "MissingAuthenticationTokenException",
        "{\"message\":\"Missing Authentication Token\"}");
    assertError(
        Wire.serve(endpoint, Wire.request("GET", "/nothing", "")),
        403,
        "MissingAuthenticationTokenException",
        "{\"__type\":\"MissingAuthenticationTokenException\","
            + "\"message\":\"Missing Authentication Token\"}");
  }

  @Test
  void anInvocationKeepsItsPayloadAsBytes() {
    byte[] payload = {0, (byte) 0xff, '{', 7};
    WireRequest request =
        Wire.request("POST", "/2015-03-31/functions/f%3Alive/invocations", Map.of(), payload);
    WireResponse response = Wire.serve(endpoint, Wire.sign(request, "lambda"));

    assertThat(response.body()).isEqualTo(payload);
    assertThat(response.headers().first("x-function")).contains("f:live");
    assertThat(Wire.serve(endpoint, request).status()).isEqualTo(403);
  }

  @Test
  void theMostLiteralTemplateWins() {
    ServiceModel model = ServiceModel.bundled("lambda-2015-03-31.json");
    ServiceRouter router = new ServiceRouter(List.of(model));

    for (Map.Entry<String, String> expected :
        Map.of(
                "/2018-10-31/layers?find=LayerVersion&Arn=a", "GetLayerVersionByArn",
                "/2018-10-31/layers", "ListLayers",
                "/2019-09-30/functions/f/provisioned-concurrency?List=ALL",
                    "ListProvisionedConcurrencyConfigs",
                "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1",
                    "GetProvisionedConcurrencyConfig",
                "/2019-09-25/functions/f/event-invoke-config/list",
                    "ListFunctionEventInvokeConfigs")
            .entrySet()) {
      Route route = router.route(Wire.request("GET", expected.getKey(), ""));
      assertThat(route.operation().name()).isEqualTo(expected.getValue());
    }
  }

  record WrongComponent(String functionName, Optional<String> colour) {}

  record WrongType(Integer functionName) {}

  record NotOptional(String functionName, String qualifier) {}

  @Test
  void recordsThatDoNotFitAreFoundAtTheStart() {
    assertThatThrownBy(() -> serve("GetFunction", WrongComponent.class))
        .hasMessageContaining("has colour, which is no member of the model");
    assertThatThrownBy(() -> serve("GetFunction", WrongType.class))
        .hasMessageContaining("functionName must be of type String");
    assertThatThrownBy(() -> serve("GetFunction", NotOptional.class))
        .hasMessageContaining("qualifier must be Optional");
    assertThatThrownBy(() -> serve("FlyAway", WrongType.class))
        .hasMessage("operation FlyAway is not in the model of lambda");
  }

  private static <I extends Record> AwsService serve(String name, Class<I> input) {
    return new AwsService(
        ServiceModel.bundled("lambda-2015-03-31.json"),
        List.of(
            new Operation<I, Nothing>() {
              @Override
              public String name() {
                return name;
              }

              @Override
              public Class<I> input() {
                return input;
              }

              @Override
              public Class<Nothing> output() {
                return Nothing.class;
              }

              @Override
              public Nothing handle(I given, Caller caller) {
                return Nothing.VALUE;
              }
            }),
        List.of());
  }

  @Test
  void everyShapeOfTheBundledModelIsRead() {
    ServiceModel model = ServiceModel.bundled("lambda-2015-03-31.json");
    for (String name : model.shapeNames()) {
      if (model.shape(name) instanceof Shape.StringShape string) {
        string.pattern().ifPresent(pattern -> assertThat(pattern.pattern()).isNotNull());
      }
    }
    assertThat(model.operations()).hasSizeGreaterThan(80);
  }
}
