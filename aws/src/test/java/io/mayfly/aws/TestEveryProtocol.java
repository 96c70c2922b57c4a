package io.mayfly.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mayfly.aws.Models.Recorded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestEveryProtocol {
  static List<Recorded> recorded() {
    return Models.recorded();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void whatBotocoreSendsIsUnderstood(Recorded recorded) {
    Route route = new ServiceRouter(List.of(recorded.model())).route(recorded.request());
    assertThat(route.operation().name()).isEqualTo(recorded.operation());

    Map<String, Object> values = Protocol.of(recorded.model()).parse(route);

    Shape.Structure input = recorded.model().input(route.operation());
    assertThat(values).usingRecursiveComparison().isEqualTo(expected(recorded.parameters(), input));
  }

  private static Map<String, Object> expected(Map<String, Object> given, Shape.Structure shape) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Member member : shape.members().values()) {
      Object value = given.get(member.name());
      // A body of no bytes and no body are the same request.
      boolean emptyPayload = shape.payload().equals(Optional.of(member.name())) && "".equals(value);
      if (value != null && !emptyPayload) {
        values.put(member.name(), expected(value, member));
      }
    }
    return values;
  }

  private static Object expected(Object value, Member member) {
    return switch (member.shape()) {
      case Shape.Structure structure -> expected(Values.structure(value), structure);
      case Shape.ListShape list -> {
        List<Object> elements = new ArrayList<>();
        Values.list(value).forEach(element -> elements.add(expected(element, list.element())));
        yield elements;
      }
      case Shape.MapShape map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        Values.structure(value).forEach((key, v) -> entries.put(key, expected(v, map.value())));
        yield entries;
      }
      case Shape.StringShape _, Shape.BooleanShape _, Shape.Document _ -> value;
      case Shape.Blob _ -> Base64.getDecoder().decode((String) value);
      case Shape.Timestamp _ -> Instant.ofEpochSecond(((Number) value).longValue());
      case Shape.NumberShape number ->
          switch (number.kind()) {
            case BYTE -> ((Number) value).byteValue();
            case SHORT -> ((Number) value).shortValue();
            case INTEGER -> ((Number) value).intValue();
            case LONG -> ((Number) value).longValue();
            case FLOAT -> ((Number) value).floatValue();
            case DOUBLE -> ((Number) value).doubleValue();
          };
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "sqs", "dynamodb", "sts", "iam", "sns", "s3"})
  void bodiesOfAnswersAreReadAsTheyWereWritten(String service) {
    ServiceModel model = Models.model(service);
    RandomValues random = new RandomValues(service.hashCode());
    for (OperationModel operation : model.operations()) {
      Shape.Structure output = model.output(operation);
      // A deprecated answer of S3 has two members of one name, which only a human can tell apart.
      if (output.payload().isPresent()
          || operation.outputShape().isEmpty()
          || operation.deprecated()) {
        continue;
      }
      Map<String, Object> values = random.structure(output);
      values.values().removeIf(value -> value instanceof Map<?, ?> map && map.isEmpty());
      WireResponse response = Protocol.of(model).result(model, operation, values, "request-1");
      Map<String, Object> inBody = new LinkedHashMap<>(values);
      output.members().values().stream()
          .filter(member -> member.location() != Member.Location.BODY)
          .forEach(member -> inBody.remove(member.name()));
      if (response.status() == 204) {
        continue;
      }
      assertThat(read(model, operation, output, response.body()))
          .as("%s gave %s", operation.name(), Wire.body(response))
          .usingRecursiveComparison()
          .isEqualTo(inBody);
    }
  }

  private static Map<String, Object> read(
      ServiceModel model, OperationModel operation, Shape.Structure output, byte[] body) {
    return switch (model.metadata().protocol()) {
      case "query" -> {
        XmlElement wrapper = XmlElement.parse(body).children().getFirst();
        assertThat(wrapper.name()).isEqualTo(operation.name() + "Result");
        yield XmlBody.structure(wrapper, output);
      }
      case "rest-xml" -> new XmlBody().read(body, output, Optional.empty());
      default -> new JsonBody().read(body, output, Optional.empty());
    };
  }

  @Test
  void everyShapeAndPatternOfTheModelsIsUsable() throws IOException {
    List<ServiceModel> models = new ArrayList<>(Models.BY_NAME.values());
    Path others = Path.of("..", "..", "shared", "aws-models");
    if (Files.isDirectory(others)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(others, "*.json")) {
        for (Path file : files) {
          models.add(ServiceModel.parse(Files.readAllBytes(file)));
        }
      }
    }
    for (ServiceModel model : models) {
      assertThat(model.operations()).isNotEmpty();
      for (String name : model.shapeNames()) {
        if (model.shape(name) instanceof Shape.StringShape string) {
          string.pattern().ifPresent(pattern -> assertThat(pattern.pattern()).isNotNull());
        }
      }
    }
  }

  @Test
  void aStoredTextCannotAddHeaders() {
    OperationModel invoke = Models.model("lambda").operation("Invoke").orElseThrow();
    WireResponse response =
        Protocol.of(Models.model("lambda"))
            .result(
                Models.model("lambda"),
                invoke,
                Map.of(
                    "StatusCode", 202, "LogResult", "a\r\nSet-Cookie: b", "Payload", new byte[1]),
                "request-1");

    assertThat(response.status()).isEqualTo(202);
    assertThat(response.headers().first("x-amz-log-result")).contains("a  Set-Cookie: b");
    assertThat(response.body()).hasSize(1);
  }

  @Test
  void anErrorLooksAsItsProtocolSays() {
    AwsException gone = new AwsException("QueueDoesNotExist", 400, "no such <queue>");
    WireResponse json =
        Protocol.of(Models.model("sqs")).error(Models.model("sqs"), gone, "request-1");
    assertThat(Wire.body(json))
        .isEqualTo("{\"__type\":\"QueueDoesNotExist\",\"message\":\"no such <queue>\"}");
    assertThat(json.headers().first("content-type")).contains("application/x-amz-json-1.0");

    AwsException missing = new AwsException("NoSuchEntityException", 404, "no such <user>");
    WireResponse query =
        Protocol.of(Models.model("iam")).error(Models.model("iam"), missing, "request-1");
    assertThat(Wire.body(query))
        .contains(
            "<Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
                + "<Message>no such &lt;user&gt;</Message></Error><RequestId>request-1</RequestId>");
    assertThat(query.status()).isEqualTo(404);

    AwsException key = new AwsException("NoSuchKey", 404, "no such key", Map.of("Key", "a&b"));
    WireResponse xml = Protocol.of(Models.model("s3")).error(Models.model("s3"), key, "request-1");
    assertThat(Wire.body(xml))
        .contains("<Error><Code>NoSuchKey</Code><Message>no such key</Message><Key>a&amp;b</Key>");
    assertThat(xml.status()).isEqualTo(404);
    assertThat(
            Wire.body(
                Protocol.of(Models.model("s3"))
                    .error(Models.model("s3"), SigV4Errors.mismatch(), "r")))
        .contains("<Code>SignatureDoesNotMatch</Code>");
  }

  @Test
  void aRefusalSpeaksTheProtocolOfTheServiceThatWasMeant() {
    AwsEndpoint endpoint =
        Wire.endpoint(
            LambdaSamples.service(new LambdaSamples.Functions()),
            new AwsService(Models.model("sts"), List.of(), List.of()),
            new AwsService(Models.model("sqs"), List.of(), List.of()));
    String form = "Action=GetCallerIdentity&Version=2011-06-15";

    WireResponse unsigned = Wire.serve(endpoint, Wire.request("POST", "/", form));
    assertThat(unsigned.status()).isEqualTo(403);
    assertThat(Wire.body(unsigned)).contains("<Code>MissingAuthenticationToken</Code>");

    WireResponse missing = Wire.serve(endpoint, Wire.sign(Wire.request("POST", "/", form), "sts"));
    assertThat(missing.status()).isEqualTo(501);
    assertThat(Wire.body(missing)).contains("Mayfly does not implement sts:GetCallerIdentity yet");

    WireRequest target =
        Wire.request("POST", "/", Map.of("X-Amz-Target", "AmazonSQS.FlyAway"), SigV4.utf8("{}"));
    WireResponse unknown = Wire.serve(endpoint, Wire.sign(target, "sqs"));
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(Wire.body(unknown))
        .isEqualTo(
            "{\"__type\":\"UnknownOperationException\","
                + "\"message\":\"There is no operation AmazonSQS.FlyAway\"}");
  }

  @Test
  void anXmlDocumentWithEntitiesIsRefused() {
    String bomb =
        "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>"
            + "<Delete><Object><Key>&c;&b;</Key></Object></Delete>";
    Recorded delete =
        recorded().stream()
            .filter(recorded -> recorded.operation().equals("DeleteObjects"))
            .findFirst()
            .orElseThrow();
    WireRequest request =
        Wire.request("POST", delete.request().path() + "?delete", Map.of(), SigV4.utf8(bomb));

    Route route = new ServiceRouter(List.of(delete.model())).route(request);
    AwsException refused =
        catchThrowableOfType(AwsException.class, () -> Protocol.of(delete.model()).parse(route));
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).contains("a document type or entity is not allowed");
  }

  @Test
  void aModelIsReadWhenTheFirstRequestIsSignedForIt() throws Exception {
    AtomicInteger made = new AtomicInteger();
    AwsEndpoint endpoint =
        new AwsEndpoint(
            List.of(),
            Map.of(
                "sts",
                () -> {
                  made.incrementAndGet();
                  return Models.model("sts");
                }),
            (_, model) -> new AwsService(model, List.of(), List.of()),
            Wire.verifier(),
            (_, _) -> {},
            (_, _, _) -> {},
            () -> "request-1");
    Headers headers = new Headers();
    headers.set(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0");
    WireRequest request =
        new WireRequest(
            "POST",
            "/",
            "",
            headers,
            "Action=GetCallerIdentity&Version=2011-06-15".getBytes(StandardCharsets.UTF_8));
    assertThat(made).hasValue(0);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Route>> routes = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        routes.add(threads.submit(() -> endpoint.route(request)));
      }
      for (Future<Route> route : routes) {
        assertThat(route.get().service().metadata().signingName()).isEqualTo("sts");
      }
    }
    assertThat(made).hasValue(1);
  }
}
