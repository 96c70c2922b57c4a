package io.mayfly.aws;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.smithy.model.Model;
import software.amazon.smithy.model.knowledge.TopDownIndex;
import software.amazon.smithy.model.shapes.OperationShape;
import software.amazon.smithy.model.shapes.ServiceShape;
import software.amazon.smithy.model.shapes.ShapeId;
import software.amazon.smithy.protocoltests.traits.AppliesTo;
import software.amazon.smithy.protocoltests.traits.HttpMalformedRequestDefinition;
import software.amazon.smithy.protocoltests.traits.HttpMalformedRequestTestCase;
import software.amazon.smithy.protocoltests.traits.HttpMalformedRequestTestsTrait;
import software.amazon.smithy.protocoltests.traits.HttpRequestTestCase;
import software.amazon.smithy.protocoltests.traits.HttpRequestTestsTrait;
import software.amazon.smithy.protocoltests.traits.HttpResponseTestCase;
import software.amazon.smithy.protocoltests.traits.HttpResponseTestsTrait;

/** The test cases of Smithy's AWS protocols that a server can play. */
final class SmithyCases {
  private static final List<String> PROTOCOLS =
      List.of("restJson1", "awsJson1_0", "awsJson1_1", "awsQuery", "restXml");

  private static final Model MODEL =
      Model.assembler().discoverModels().disableValidation().assemble().unwrap();
  private static final List<Service> SERVICES =
      MODEL
          .shapes(ServiceShape.class)
          .filter(service -> !SmithyModels.protocol(service).isEmpty())
          .map(service -> new Service(service, SmithyModels.read(MODEL, service)))
          .toList();

  private SmithyCases() {}

  private record Service(ServiceShape shape, ServiceModel model) {
    Stream<OperationShape> operations() {
      return TopDownIndex.of(MODEL).getContainedOperations(shape).stream();
    }
  }

  /** A test case of the library. */
  sealed interface Case {
    String id();

    ShapeId protocol();

    /** The id, which requests and responses share, as the list of exceptions has it. */
    default String name() {
      return id();
    }

    /** Checks that a case passes, or that it fails if it is {@linkplain SmithyListed listed}. */
    default void check(Runnable test) {
      SmithyListed.check(name(), test);
    }

    default boolean isOurs() {
      return PROTOCOLS.contains(protocol().getName());
    }
  }

  /** A request as a client sends it, with what a server reads from it. */
  record Request(
      ServiceModel service, String operation, HttpRequestTestCase test, Map<String, Object> params)
      implements Case {
    @Override
    public String id() {
      return test.getId();
    }

    @Override
    public ShapeId protocol() {
      return test.getProtocol();
    }

    WireRequest wire() {
      WireRequest wire =
          SmithyCases.wire(
              test.getMethod(),
              test.getUri(),
              test.getQueryParams(),
              test.getHeaders(),
              test.getBody());
      if (service.metadata().protocol().equals("json")) {
        // Some cases leave out what every request has.
        String prefix = service.metadata().targetPrefix().orElseThrow();
        wire.headers().setIfAbsent("X-Amz-Target", prefix + "." + operation);
      }
      return wire;
    }

    @Override
    public String toString() {
      return protocol().getName() + " " + id();
    }
  }

  /** What a server gives, with the response that carries it. */
  record Response(
      ServiceModel service,
      String operation,
      boolean isError,
      HttpResponseTestCase test,
      Map<String, Object> params)
      implements Case {
    @Override
    public String id() {
      return test.getId();
    }

    @Override
    public ShapeId protocol() {
      return test.getProtocol();
    }

    @Override
    public String name() {
      return "response " + id();
    }

    @Override
    public String toString() {
      return protocol().getName() + " " + name();
    }

    /** The error as an operation throws it. */
    AwsException error() {
      Map<String, Object> details = new TreeMap<>(params);
      Object message = details.remove("message");
      Object capital = details.remove("Message");
      String text =
          message instanceof String string ? string : capital instanceof String other ? other : "";
      return new AwsException(operation, 400, text, details);
    }
  }

  /** A request that a server must refuse, with the refusal. */
  record Malformed(ServiceModel service, HttpMalformedRequestTestCase test) implements Case {
    WireRequest wire() {
      HttpMalformedRequestDefinition request = test.getRequest();
      return SmithyCases.wire(
          request.getMethod(),
          request.expectUri(),
          request.getQueryParams(),
          request.getHeaders(),
          request.getBody());
    }

    /** The id without the number of its parameters. */
    @Override
    public String name() {
      return id().replaceFirst("_case[0-9]+$", "");
    }

    @Override
    public String id() {
      return test.getId();
    }

    @Override
    public ShapeId protocol() {
      return test.getProtocol();
    }

    @Override
    public String toString() {
      return protocol().getName() + " " + id();
    }
  }

  private static WireRequest wire(
      String method,
      String uri,
      List<String> query,
      Map<String, String> headers,
      Optional<String> body) {
    int mark = uri.indexOf('?');
    List<String> pairs = new ArrayList<>(query);
    if (mark >= 0) {
      pairs.addFirst(uri.substring(mark + 1));
    }
    return new WireRequest(
        method,
        mark < 0 ? uri : uri.substring(0, mark),
        String.join("&", pairs),
        Headers.of(headers),
        body.orElse("").getBytes(StandardCharsets.UTF_8));
  }

  /** The model of the service of that name. */
  static ServiceModel service(String name) {
    return SERVICES.stream()
        .filter(service -> service.shape().getId().getName().equals(name))
        .findFirst()
        .map(Service::model)
        .orElseThrow();
  }

  static Stream<Request> requests() {
    return SERVICES.stream()
        .flatMap(
            service ->
                service
                    .operations()
                    .flatMap(
                        operation ->
                            operation.getTrait(HttpRequestTestsTrait.class).stream()
                                .flatMap(trait -> trait.getTestCases().stream())
                                .map(test -> request(service, operation, test))))
        .filter(Case::isOurs);
  }

  private static Request request(
      Service service, OperationShape operation, HttpRequestTestCase test) {
    return new Request(
        service.model(),
        operation.getId().getName(),
        test,
        new SmithyValues(MODEL)
            .structure(test.getParams(), MODEL.expectShape(operation.getInputShape())));
  }

  static Stream<Response> responses() {
    return SERVICES.stream()
        .flatMap(
            service ->
                Stream.concat(
                    service
                        .operations()
                        .flatMap(
                            operation ->
                                cases(
                                    service, operation.getId(), operation.getOutputShape(), false)),
                    service
                        .operations()
                        .flatMap(operation -> operation.getErrors(service.shape()).stream())
                        .distinct()
                        .flatMap(error -> cases(service, error, error, true))))
        .filter(Case::isOurs);
  }

  private static Stream<Response> cases(
      Service service, ShapeId owner, ShapeId shape, boolean isError) {
    return MODEL.expectShape(owner).getTrait(HttpResponseTestsTrait.class).stream()
        .flatMap(trait -> trait.getTestCases().stream())
        .filter(test -> test.getAppliesTo().orElse(AppliesTo.SERVER) == AppliesTo.SERVER)
        .map(
            test ->
                new Response(
                    service.model(),
                    owner.getName(),
                    isError,
                    test,
                    new SmithyValues(MODEL).structure(test.getParams(), MODEL.expectShape(shape))));
  }

  static Stream<Malformed> malformed() {
    return SERVICES.stream()
        .flatMap(
            service ->
                service
                    .operations()
                    .flatMap(
                        operation ->
                            operation.getTrait(HttpMalformedRequestTestsTrait.class).stream()
                                .flatMap(trait -> trait.getTestCases().stream())
                                .map(test -> new Malformed(service.model(), test))))
        .filter(Case::isOurs);
  }
}
