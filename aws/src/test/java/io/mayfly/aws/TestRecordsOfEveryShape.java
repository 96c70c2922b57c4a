package io.mayfly.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Operations of Smithy's service for tests, which has shapes that Lambda has not. */
final class TestRecordsOfEveryShape {
  private static final ServiceModel MODEL = SmithyCases.service("RestJson");

  record Documents(Optional<String> stringValue, Optional<Object> documentValue) {}

  record Scalars(Optional<Byte> byteValue, Optional<Short> shortValue) {}

  record Integers(Optional<Short> shortValue, Optional<Integer> integerValue) implements Mixin {}

  record MixedScalars(Optional<Byte> byteValue, Integers integers, Optional<Long> longValue) {}

  record TwiceTheSame(Optional<Short> shortValue, Integers integers) {}

  record Choice(Optional<Integer> numberValue, Optional<List<String>> listValue) {}

  record Choices(Optional<Choice> contents) {}

  record SparseLists(List<Optional<String>> sparseStringList) {}

  record SparseMaps(Map<String, Optional<Integer>> sparseNumberMap) {}

  record WrongSparse(List<String> sparseStringList) {}

  record WrongDocument(Optional<String> documentValue) {}

  /** Gives back what it takes. */
  record Echo<T extends Record>(String name, Class<T> type) implements Operation<T, T> {
    @Override
    public Class<T> input() {
      return type;
    }

    @Override
    public Class<T> output() {
      return type;
    }

    @Override
    public T handle(T input, Caller caller) {
      if (input instanceof Documents documents && documents.documentValue().isEmpty()) {
        throw new AwsException(
            "ComplexError", 400, "", Map.of("Nested", Map.of("Foo", "bar"), "Header", "h"));
      }
      return input;
    }
  }

  private static final AwsEndpoint ENDPOINT =
      Wire.endpoint(
          new AwsService(
              MODEL,
              List.of(
                  new Echo<>("DocumentType", Documents.class),
                  new Echo<>("SimpleScalarProperties", Scalars.class),
                  new Echo<>("SparseJsonLists", SparseLists.class),
                  new Echo<>("SparseJsonMaps", SparseMaps.class),
                  new Echo<>("JsonUnions", Choices.class)),
              List.of()));

  private static WireResponse put(String path, String body) {
    return put(ENDPOINT, path, body);
  }

  private static WireResponse put(AwsEndpoint endpoint, String path, String body) {
    return put(endpoint, path, body, Map.of("Content-Type", "application/json"));
  }

  private static WireResponse put(String path, String body, Map<String, String> headers) {
    return put(ENDPOINT, path, body, headers);
  }

  private static WireResponse put(
      AwsEndpoint endpoint, String path, String body, Map<String, String> headers) {
    WireRequest request = Wire.request("PUT", path, headers, SigV4.utf8(body));
    return Wire.serve(endpoint, Wire.sign(request, MODEL.metadata().signingName()));
  }

  @Test
  void aDocumentKeepsEveryKindOfJson() {
    for (String document :
        List.of(
            "{\"a\":[1,2.50,null,true,\"x\",{}]}",
            "[]",
            "\"text\"",
            "false",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827")) {
      WireResponse response = put("/DocumentType", "{\"documentValue\":" + document + "}");
      assertThat(Wire.body(response)).isEqualTo("{\"documentValue\":" + document + "}");
    }
  }

  @Test
  void aDocumentIsBoundedAsEverythingElse() {
    String deep = "[".repeat(200) + "]".repeat(200);
    assertThat(put("/DocumentType", "{\"documentValue\":" + deep + "}").status()).isEqualTo(400);
    assertThat(put("/DocumentType", "{\"documentValue\":\"\\ud800\"}").status()).isEqualTo(400);
    assertThat(put("/DocumentType", "{\"documentValue\":" + "9".repeat(500) + "}").status())
        .isEqualTo(400);
    assertThat(put("/DocumentType", "{\"documentValue\":{\"a\":1,\"a\":2}}").status())
        .isEqualTo(400);
  }

  @Test
  void smallNumbersAreReadAndWritten() {
    String body = "{\"byteValue\":-128,\"shortValue\":32767}";
    assertThat(Wire.body(put("/SimpleScalarProperties", body))).isEqualTo(body);
    assertThat(Wire.body(put("/SimpleScalarProperties", "{\"byteValue\":128}")))
        .contains("'byteValue' is out of range");
  }

  @Test
  void membersCanStandInARecordOfTheirOwn() {
    AwsEndpoint mixed =
        Wire.endpoint(
            new AwsService(
                MODEL,
                List.of(new Echo<>("SimpleScalarProperties", MixedScalars.class)),
                List.of()));
    for (String body :
        List.of(
            "{\"byteValue\":1,\"shortValue\":2,\"integerValue\":3,\"longValue\":4}",
            "{\"integerValue\":3}",
            "{}")) {
      assertThat(Wire.body(put(mixed, "/SimpleScalarProperties", body))).isEqualTo(body);
    }
    assertThat(Wire.body(put(mixed, "/SimpleScalarProperties", "{\"floatValue\":5}")))
        .contains("floatValue is not supported yet by Mayfly; leave it out");
    assertThatThrownBy(
            () ->
                new AwsService(
                    MODEL,
                    List.of(new Echo<>("SimpleScalarProperties", TwiceTheSame.class)),
                    List.of()))
        .hasMessageContaining("has two components for the member shortValue");
  }

  @Test
  void whatASparseListLacksIsLacking() {
    String list = "{\"sparseStringList\":[\"a\",null,\"\"]}";
    assertThat(Wire.body(put("/SparseJsonLists", list))).isEqualTo(list);
    WireRequest map =
        Wire.request(
            "POST", "/SparseJsonMaps", Map.of(), SigV4.utf8("{\"sparseNumberMap\":{\"a\":null}}"));
    assertThat(Wire.body(Wire.serve(ENDPOINT, Wire.sign(map, MODEL.metadata().signingName()))))
        .isEqualTo("{\"sparseNumberMap\":{\"a\":null}}");
    assertThatThrownBy(
            () ->
                new AwsService(
                    MODEL, List.of(new Echo<>("SparseJsonLists", WrongSparse.class)), List.of()))
        .hasMessageContaining("sparseStringList must be a Optional");
  }

  @Test
  void aUnionHasOneMember() {
    String body = "{\"contents\":{\"listValue\":[\"a\"]}}";
    assertThat(Wire.body(put("/JsonUnions", body))).isEqualTo(body);
    assertThat(Wire.body(put("/JsonUnions", "{\"contents\":{}}")))
        .contains("exactly one member of the union MyUnion must be set");
    assertThat(Wire.body(put("/JsonUnions", "{\"contents\":{\"blobValue\":\"\"}}")))
        .contains("contents.blobValue is not supported yet by Mayfly; leave it out");
  }

  @Test
  void aUnionInXmlHasOneMember() {
    ServiceModel model = SmithyCases.service("RestXml");
    Map.of(
            "", "exactly one member of the union XmlUnionShape must be set",
            "<booleanValue>true</booleanValue><byteValue>1</byteValue>",
                "exactly one member of the union XmlUnionShape must be set",
            "<unknown>1</unknown>", "unknown is not supported yet by Mayfly; leave it out")
        .forEach(
            (members, message) -> {
              String union = "<unionValue>" + members + "</unionValue>";
              WireRequest request =
                  Wire.request(
                      "PUT", "/XmlUnions", "<XmlUnionsRequest>" + union + "</XmlUnionsRequest>");
              Route route = new ServiceRouter(List.of(model)).route(request);
              assertThatThrownBy(() -> Protocol.of(model).parse(route)).hasMessage(message);
            });
  }

  @Test
  void anErrorCarriesStructures() {
    assertThat(Wire.body(put("/DocumentType", "{}")))
        .isEqualTo("{\"Nested\":{\"Fooooo\":\"bar\"}}");
    assertThat(put("/DocumentType", "{}").headers().first("X-Header")).contains("h");
  }

  @Test
  void aDocumentIsAnObjectInARecord() {
    assertThatThrownBy(
            () ->
                new AwsService(
                    MODEL, List.of(new Echo<>("DocumentType", WrongDocument.class)), List.of()))
        .hasMessageContaining("documentValue must be of type Object");
  }

  @Test
  void wholeNumbersInDocumentsHaveNoBound() {
    Object read = JsonBody.readDocument(SigV4.utf8("[18446744073709551616]"));
    assertThat(read).isEqualTo(List.of(new BigInteger("18446744073709551616")));
  }

  @Test
  void whatClientsCallTheirBodiesAndTakeIsTaken() {
    for (Map<String, String> headers :
        List.of(
            Map.<String, String>of(),
            Map.of("Content-Type", "application/json; charset=utf-8"),
            Map.of("Content-Type", "application/x-amz-json-1.1"),
            Map.of("Content-Type", "application/x-www-form-urlencoded"),
            Map.of("Accept", "*/*"),
            Map.of("Accept", "text/html, application/*;q=0.8"),
            Map.of("Accept", "Application/JSON"))) {
      assertThat(put("/SimpleScalarProperties", "{}", headers).status())
          .as("%s", headers)
          .isEqualTo(200);
    }
    WireResponse text = put("/SimpleScalarProperties", "{}", Map.of("Content-Type", "text/plain"));
    assertThat(text.status()).isEqualTo(415);
    assertThat(Wire.body(text)).contains("The body must be application/json, not text/plain");
    WireResponse html = put("/SimpleScalarProperties", "{}", Map.of("Accept", "text/html"));
    assertThat(html.status()).isEqualTo(406);
    assertThat(Wire.body(html)).contains("The answer is application/json");
  }
}
