package io.mayfly.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import software.amazon.smithy.model.node.Node;
import software.amazon.smithy.protocoltests.traits.HttpMalformedRequestTestCase;
import software.amazon.smithy.protocoltests.traits.HttpResponseTestCase;

/** The tests that AWS publishes for those who speak its protocols, seen from a server. */
final class TestSmithyProtocols {
  static Stream<SmithyCases.Request> requests() {
    return SmithyCases.requests();
  }

  static Stream<SmithyCases.Response> responses() {
    return SmithyCases.responses();
  }

  static Stream<SmithyCases.Malformed> malformed() {
    return SmithyCases.malformed();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestsAreUnderstood(SmithyCases.Request request) {
    request.check(() -> isUnderstood(request));
  }

  private static void isUnderstood(SmithyCases.Request request) {
    Route route = new ServiceRouter(List.of(request.service())).route(request.wire());
    assertThat(route.operation().name()).isEqualTo(request.operation());
    Map<String, Object> values = Protocol.of(request.service()).parse(route);
    boolean isForm = request.service().metadata().protocol().equals("query");
    Shape.Structure input = request.service().input(route.operation());
    assertThat(SmithyValues.text(sent(values, input, isForm)))
        .isEqualTo(SmithyValues.text(sent(request.params(), input, isForm)));
  }

  /** Without the lists and maps that are empty where a request cannot tell empty from absent. */
  private static Map<String, Object> sent(
      Map<String, Object> values, Shape.Structure input, boolean isForm) {
    Map<String, Object> sent = new TreeMap<>(values);
    for (Member member : input.members().values()) {
      Object value = sent.get(member.name());
      boolean isEmpty =
          (value instanceof List<?> list && list.isEmpty())
              || (value instanceof Map<?, ?> map
                  && map.isEmpty()
                  && member.shape() instanceof Shape.MapShape);
      boolean isEmptyPayload =
          input.payload().equals(Optional.of(member.name())) && Map.of().equals(value);
      boolean isTold = member.location() == Member.Location.BODY && !isForm;
      if ((isEmpty && !isTold) || isEmptyPayload) {
        sent.remove(member.name());
      }
    }
    return sent;
  }

  @ParameterizedTest
  @MethodSource("responses")
  void responsesAreWritten(SmithyCases.Response response) {
    response.check(() -> isWritten(response));
  }

  private static void isWritten(SmithyCases.Response response) {
    HttpResponseTestCase test = response.test();
    ServiceModel service = response.service();
    Protocol protocol = Protocol.of(service);
    String requestId = Headers.of(test.getHeaders()).first("x-amzn-requestid").orElse("foo-id");
    WireResponse wire =
        response.isError()
            ? protocol.error(service, response.error(), requestId)
            : protocol.result(
                service,
                service.operation(response.operation()).orElseThrow(),
                response.params(),
                requestId);
    assertThat(wire.status()).isEqualTo(test.getCode());
    assertHeaders(wire, test.getHeaders());
    test.getForbidHeaders()
        .forEach(name -> assertThat(wire.headers().first(name)).as(name).isEmpty());
    test.getRequireHeaders()
        .forEach(name -> assertThat(wire.headers().first(name)).as(name).isPresent());
    test.getBody().ifPresent(body -> assertBody(wire, test.getBodyMediaType().orElse(""), body));
  }

  private static void assertHeaders(WireResponse wire, Map<String, String> headers) {
    // The listener adds the length.
    wire.headers().setIfAbsent("Content-Length", Integer.toString(wire.body().length));
    headers.forEach(
        (name, value) ->
            assertThat(String.join(", ", wire.headers().all(name))).as(name).isEqualTo(value));
  }

  private static void assertBody(WireResponse wire, String mediaType, String expected) {
    String actual = Wire.body(wire);
    switch (mediaType) {
      case "application/json" ->
          assertThat(withoutNamespace(Node.parse(actual)))
              .isEqualTo(withoutNamespace(Node.parse(expected)));
      case "application/xml" -> assertThat(canonical(actual)).isEqualTo(canonical(expected));
      default -> assertThat(actual).isEqualTo(expected);
    }
  }

  /** The form of AWS's models names no namespaces, so the engine has none to write. */
  private static Node withoutNamespace(Node body) {
    return body.asObjectNode()
        .<Node>map(
            object ->
                object
                    .getStringMember("__type")
                    .map(
                        type ->
                            object.withMember(
                                "__type",
                                type.getValue().substring(type.getValue().indexOf('#') + 1)))
                    .orElse(object))
        .orElse(body);
  }

  /** An element as text in which order and white space between elements make no difference. */
  private static String canonical(String xml) {
    try {
      var factory = DocumentBuilderFactory.newDefaultInstance();
      var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
      return canonical(document.getDocumentElement(), "\n");
    } catch (Exception broken) {
      throw new AssertionError("not XML: " + xml, broken);
    }
  }

  private static String canonical(Element element, String indent) {
    Map<String, String> attributes = new TreeMap<>();
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      var attribute = element.getAttributes().item(i);
      attributes.put(attribute.getNodeName(), attribute.getNodeValue());
    }
    if (element.getNodeName().equals("ErrorResponse")) {
      // AWS declares the service's namespace here, the cases do not.
      attributes.remove("xmlns");
    }
    List<String> children = new ArrayList<>();
    NodeList nodes = element.getChildNodes();
    for (int i = 0; i < nodes.getLength(); i++) {
      // Every answer of the query protocol carries its request's id, which the tests leave out.
      if (nodes.item(i) instanceof Element child
          && !child.getNodeName().equals("ResponseMetadata")) {
        children.add(canonical(child, indent + " "));
      }
    }
    String text = children.isEmpty() && nodes.getLength() == 1 ? element.getTextContent() : "";
    // Stable: elements of one name keep their order, which is that of a list.
    children.sort(Comparator.comparing(child -> child.strip().split("[ =]", 2)[0]));
    return indent
        + element.getNodeName()
        + " "
        + attributes
        + "="
        + text
        + String.join("", children);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedRequestsAreRefused(SmithyCases.Malformed malformed) {
    malformed.check(() -> isRefused(malformed));
  }

  private static void isRefused(SmithyCases.Malformed malformed) {
    HttpMalformedRequestTestCase test = malformed.test();
    WireResponse refusal = refusal(malformed.service(), malformed.wire());
    assertThat(refusal.status()).as(Wire.body(refusal)).isEqualTo(test.getResponse().getCode());
    assertHeaders(refusal, test.getResponse().getHeaders());
    test.getResponse()
        .getBody()
        .flatMap(body -> body.getContents())
        .ifPresent(
            contents ->
                SmithyFaults.assertSame(
                    Node.parse(contents).expectObjectNode(),
                    Node.parse(Wire.body(refusal)).expectObjectNode()));
  }

  @Test
  void whatIsListedExists() {
    Set<String> names = new TreeSet<>();
    Map<String, Integer> cases = new TreeMap<>();
    Stream.of(requests(), responses(), malformed())
        .flatMap(all -> all)
        .forEach(
            test -> {
              names.add(test.name());
              cases.merge(test.protocol().getName(), 1, Integer::sum);
            });
    assertThat(names).containsAll(SmithyListed.names());
    // So that a library that is not found, or found in part, is no success.
    assertThat(cases)
        .isEqualTo(
            Map.of(
                "awsJson1_0", 56,
                "awsJson1_1", 105,
                "awsQuery", 69,
                "restJson1", 904,
                "restXml", 190));
  }

  private static WireResponse refusal(ServiceModel service, WireRequest request) {
    Protocol protocol = Protocol.of(service);
    try {
      Route route = new ServiceRouter(List.of(service)).route(request);
      Map<String, Object> values = protocol.parse(route);
      Validator.check(values, service.input(route.operation()));
      throw new AssertionError("understood as " + values);
    } catch (AwsException refused) {
      return protocol.error(service, refused, "foo-id");
    }
  }
}
