package io.mayfly.aws;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.smithy.aws.traits.ServiceTrait;
import software.amazon.smithy.aws.traits.protocols.AwsJson1_0Trait;
import software.amazon.smithy.aws.traits.protocols.AwsJson1_1Trait;
import software.amazon.smithy.aws.traits.protocols.AwsQueryCompatibleTrait;
import software.amazon.smithy.aws.traits.protocols.AwsQueryErrorTrait;
import software.amazon.smithy.aws.traits.protocols.AwsQueryTrait;
import software.amazon.smithy.aws.traits.protocols.RestJson1Trait;
import software.amazon.smithy.aws.traits.protocols.RestXmlTrait;
import software.amazon.smithy.model.Model;
import software.amazon.smithy.model.knowledge.TopDownIndex;
import software.amazon.smithy.model.neighbor.Walker;
import software.amazon.smithy.model.node.ArrayNode;
import software.amazon.smithy.model.node.Node;
import software.amazon.smithy.model.node.ObjectNode;
import software.amazon.smithy.model.shapes.MemberShape;
import software.amazon.smithy.model.shapes.OperationShape;
import software.amazon.smithy.model.shapes.ServiceShape;
import software.amazon.smithy.model.shapes.ShapeId;
import software.amazon.smithy.model.shapes.ShapeType;
import software.amazon.smithy.model.traits.EnumTrait;
import software.amazon.smithy.model.traits.EnumValueTrait;
import software.amazon.smithy.model.traits.ErrorTrait;
import software.amazon.smithy.model.traits.HttpErrorTrait;
import software.amazon.smithy.model.traits.HttpHeaderTrait;
import software.amazon.smithy.model.traits.HttpLabelTrait;
import software.amazon.smithy.model.traits.HttpPayloadTrait;
import software.amazon.smithy.model.traits.HttpPrefixHeadersTrait;
import software.amazon.smithy.model.traits.HttpQueryParamsTrait;
import software.amazon.smithy.model.traits.HttpQueryTrait;
import software.amazon.smithy.model.traits.HttpResponseCodeTrait;
import software.amazon.smithy.model.traits.HttpTrait;
import software.amazon.smithy.model.traits.InternalTrait;
import software.amazon.smithy.model.traits.JsonNameTrait;
import software.amazon.smithy.model.traits.LengthTrait;
import software.amazon.smithy.model.traits.MediaTypeTrait;
import software.amazon.smithy.model.traits.PatternTrait;
import software.amazon.smithy.model.traits.RangeTrait;
import software.amazon.smithy.model.traits.RequestCompressionTrait;
import software.amazon.smithy.model.traits.RequiredTrait;
import software.amazon.smithy.model.traits.SensitiveTrait;
import software.amazon.smithy.model.traits.SparseTrait;
import software.amazon.smithy.model.traits.StreamingTrait;
import software.amazon.smithy.model.traits.TimestampFormatTrait;
import software.amazon.smithy.model.traits.Trait;
import software.amazon.smithy.model.traits.XmlAttributeTrait;
import software.amazon.smithy.model.traits.XmlFlattenedTrait;
import software.amazon.smithy.model.traits.XmlNameTrait;
import software.amazon.smithy.model.traits.XmlNamespaceTrait;

/**
 * Writes a service of a Smithy model in the form in which AWS publishes the models that {@link
 * ServiceModel} reads. What that form has no words for (default values, media types, unique items)
 * is lost.
 */
final class SmithyModels {
  private static final Set<Class<? extends Trait>> CONSTRAINTS =
      Set.of(LengthTrait.class, RangeTrait.class, PatternTrait.class);

  private final Model model;
  private final ServiceShape service;
  private final String protocol;
  private final Map<ShapeId, String> names = new HashMap<>();
  private final ObjectNode.Builder shapes = Node.objectNodeBuilder();

  private SmithyModels(Model model, ServiceShape service) {
    this.model = model;
    this.service = service;
    this.protocol = protocol(service);
  }

  static ServiceModel read(Model model, ServiceShape service) {
    ObjectNode json = new SmithyModels(model, service).convert();
    return ServiceModel.parse(Node.printJson(json).getBytes(StandardCharsets.UTF_8));
  }

  static String protocol(ServiceShape service) {
    if (service.hasTrait(RestJson1Trait.class)) {
      return "rest-json";
    }
    if (service.hasTrait(RestXmlTrait.class)) {
      return "rest-xml";
    }
    if (service.hasTrait(AwsQueryTrait.class)) {
      return "query";
    }
    return service.hasTrait(AwsJson1_0Trait.class) || service.hasTrait(AwsJson1_1Trait.class)
        ? "json"
        : "";
  }

  private ObjectNode convert() {
    nameShapes();
    ObjectNode.Builder operations = Node.objectNodeBuilder();
    for (OperationShape operation : TopDownIndex.of(model).getContainedOperations(service)) {
      operations.withMember(operation.getId().getName(), operation(operation));
    }
    new Walker(model)
        .walkShapes(service).stream()
            .filter(shape -> names.containsKey(shape.getId()))
            .sorted()
            .forEach(shape -> shapes.withMember(name(shape), shape(shape)));
    return Node.objectNodeBuilder()
        .withMember("metadata", metadata())
        .withMember("operations", operations.build())
        .withMember("shapes", shapes.build())
        .build();
  }

  /** Models in AWS's form know no namespaces: names that would meet keep theirs. */
  private void nameShapes() {
    String namespace = service.getId().getNamespace();
    Set<String> taken = new HashSet<>();
    new Walker(model)
        .walkShapes(service).stream()
            .filter(SmithyModels::isData)
            .sorted(
                Comparator.comparing(
                        (software.amazon.smithy.model.shapes.Shape shape) ->
                            !shape.getId().getNamespace().equals(namespace))
                    .thenComparing(shape -> shape.getId().toString()))
            .forEach(
                shape -> {
                  String plain = service.getContextualName(shape);
                  names.put(
                      shape.getId(),
                      taken.add(plain) ? plain : plain + "." + shape.getId().getNamespace());
                });
  }

  private static boolean isData(software.amazon.smithy.model.shapes.Shape shape) {
    return !shape.isMemberShape()
        && !shape.isServiceShape()
        && !shape.isOperationShape()
        && !shape.isResourceShape();
  }

  private String name(software.amazon.smithy.model.shapes.Shape shape) {
    return Optional.ofNullable(names.get(shape.getId())).orElseThrow();
  }

  private ObjectNode metadata() {
    ObjectNode.Builder metadata =
        Node.objectNodeBuilder()
            .withMember("apiVersion", service.getVersion())
            .withMember("protocol", protocol)
            .withMember("targetPrefix", service.getId().getName())
            .withMember(
                "endpointPrefix",
                service
                    .getTrait(ServiceTrait.class)
                    .map(ServiceTrait::getArnNamespace)
                    .orElse("test"))
            .withMember("jsonVersion", service.hasTrait(AwsJson1_0Trait.class) ? "1.0" : "1.1");
    service
        .getTrait(XmlNamespaceTrait.class)
        .ifPresent(trait -> metadata.withMember("xmlNamespace", trait.getUri()));
    if (service.getTrait(RestXmlTrait.class).filter(RestXmlTrait::isNoErrorWrapping).isPresent()) {
      metadata.withMember("signatureVersion", "s3");
    }
    if (service.hasTrait(AwsQueryCompatibleTrait.class)) {
      metadata.withMember("awsQueryCompatible", Node.objectNode());
    }
    return metadata.build();
  }

  private ObjectNode operation(OperationShape operation) {
    ObjectNode.Builder json = Node.objectNodeBuilder();
    boolean rest = protocol.startsWith("rest");
    operation
        .getTrait(HttpTrait.class)
        .filter(http -> rest)
        .ifPresent(
            http ->
                json.withMember(
                    "http",
                    Node.objectNodeBuilder()
                        .withMember("method", http.getMethod())
                        .withMember("requestUri", http.getUri().toString())
                        .withMember("responseCode", http.getCode())
                        .build()));
    operation
        .getInput()
        .ifPresent(
            input -> {
              ObjectNode.Builder reference = Node.objectNodeBuilder();
              software.amazon.smithy.model.shapes.Shape shape = model.expectShape(input);
              reference.withMember("shape", name(shape));
              if (protocol.equals("rest-xml")) {
                String root =
                    shape
                        .getTrait(XmlNameTrait.class)
                        .map(XmlNameTrait::getValue)
                        .orElse(shape.getId().getName());
                reference.withMember("locationName", root);
              }
              json.withMember("input", reference.build());
            });
    operation
        .getOutput()
        .ifPresent(
            output -> {
              ObjectNode.Builder reference = Node.objectNodeBuilder();
              reference.withMember("shape", name(model.expectShape(output)));
              if (protocol.equals("query")) {
                reference.withMember("resultWrapper", operation.getId().getName() + "Result");
              }
              json.withMember("output", reference.build());
            });
    json.withMember(
        "errors",
        operation.getErrors(service).stream()
            .map(error -> Node.objectNode().withMember("shape", name(model.expectShape(error))))
            .collect(ArrayNode.collect()));
    operation
        .getTrait(RequestCompressionTrait.class)
        .ifPresent(
            trait ->
                json.withMember(
                    "requestcompression",
                    Node.objectNode()
                        .withMember("encodings", ArrayNode.fromStrings(trait.getEncodings()))));
    return json.build();
  }

  private ObjectNode shape(software.amazon.smithy.model.shapes.Shape shape) {
    ObjectNode.Builder json = Node.objectNodeBuilder();
    json.withMember("type", type(shape.getType()));
    constraints(json, shape);
    enumeration(shape).ifPresent(values -> json.withMember("enum", ArrayNode.fromStrings(values)));
    switch (shape.getType()) {
      case STRUCTURE, UNION -> structure(json, shape);
      case LIST, SET ->
          json.withMember("member", member(shape.asListShape().orElseThrow().getMember()));
      case MAP -> {
        json.withMember("key", member(shape.asMapShape().orElseThrow().getKey()));
        json.withMember("value", member(shape.asMapShape().orElseThrow().getValue()));
      }
      case DOCUMENT -> {
        json.withMember("members", Node.objectNode());
        json.withMember("document", true);
      }
      default -> {}
    }
    return json.build();
  }

  private static String type(ShapeType type) {
    return switch (type) {
      case STRUCTURE, UNION, DOCUMENT -> "structure";
      case ENUM -> "string";
      case INT_ENUM -> "integer";
      case SET -> "list";
      default -> type.toString();
    };
  }

  @SuppressWarnings("deprecation") // Models of Smithy 1 still have the trait.
  private static Optional<List<String>> enumeration(
      software.amazon.smithy.model.shapes.Shape shape) {
    if (shape.isEnumShape()) {
      return Optional.of(
          shape.members().stream()
              .filter(member -> !member.hasTrait(InternalTrait.class))
              .map(member -> member.expectTrait(EnumValueTrait.class).expectStringValue())
              .toList());
    }
    return shape
        .getTrait(EnumTrait.class)
        .map(
            trait ->
                trait.getValues().stream()
                    .filter(value -> !value.hasTag("internal"))
                    .map(value -> value.getValue())
                    .toList());
  }

  private void constraints(
      ObjectNode.Builder json, software.amazon.smithy.model.shapes.Shape shape) {
    shape
        .getTrait(LengthTrait.class)
        .ifPresent(
            length -> {
              length.getMin().ifPresent(min -> json.withMember("min", Node.from(min)));
              length.getMax().ifPresent(max -> json.withMember("max", Node.from(max)));
            });
    shape
        .getTrait(RangeTrait.class)
        .ifPresent(
            range -> {
              range.getMin().ifPresent(min -> json.withMember("min", Node.from(min)));
              range.getMax().ifPresent(max -> json.withMember("max", Node.from(max)));
            });
    shape
        .getTrait(PatternTrait.class)
        .ifPresent(pattern -> json.withMember("pattern", pattern.getValue()));
    flag(json, "sparse", shape.hasTrait(SparseTrait.class));
    flag(json, "sensitive", shape.hasTrait(SensitiveTrait.class));
    flag(json, "streaming", shape.hasTrait(StreamingTrait.class) && shape.isBlobShape());
    flag(json, "eventstream", shape.hasTrait(StreamingTrait.class) && shape.isUnionShape());
    shape
        .getTrait(TimestampFormatTrait.class)
        .ifPresent(format -> json.withMember("timestampFormat", format(format)));
  }

  private static void flag(ObjectNode.Builder json, String name, boolean set) {
    if (set) {
      json.withMember(name, true);
    }
  }

  private static String format(TimestampFormatTrait trait) {
    return switch (trait.getFormat()) {
      case EPOCH_SECONDS -> "unixTimestamp";
      case DATE_TIME -> "iso8601";
      case HTTP_DATE -> "rfc822";
      default -> throw new IllegalArgumentException(trait.getValue());
    };
  }

  private void structure(ObjectNode.Builder json, software.amazon.smithy.model.shapes.Shape shape) {
    ObjectNode.Builder members = Node.objectNodeBuilder();
    ArrayNode.Builder required = ArrayNode.builder();
    for (MemberShape member : shape.members()) {
      members.withMember(member.getMemberName(), member(member));
      if (member.hasTrait(RequiredTrait.class)) {
        required.withValue(member.getMemberName());
      }
      if (member.hasTrait(HttpPayloadTrait.class) && protocol.startsWith("rest")) {
        json.withMember("payload", member.getMemberName());
      }
    }
    json.withMember("members", members.build());
    json.withMember("required", required.build());
    flag(json, "union", shape.isUnionShape());
    xmlNames(json, shape, true);
    shape.getTrait(ErrorTrait.class).ifPresent(error -> error(json, shape, error));
  }

  private void error(
      ObjectNode.Builder json, software.amazon.smithy.model.shapes.Shape shape, ErrorTrait error) {
    ObjectNode.Builder details = Node.objectNodeBuilder();
    Optional<AwsQueryErrorTrait> query = shape.getTrait(AwsQueryErrorTrait.class);
    int status =
        shape
            .getTrait(HttpErrorTrait.class)
            .map(HttpErrorTrait::getCode)
            .orElse(error.getDefaultHttpStatusCode());
    details.withMember(
        "httpStatusCode",
        query
            .filter(trait -> protocol.equals("query"))
            .map(AwsQueryErrorTrait::getHttpResponseCode)
            .orElse(status));
    query.ifPresent(trait -> details.withMember("code", trait.getCode()));
    details.withMember("senderFault", error.isClientError());
    json.withMember("error", details.build());
    json.withMember("exception", true);
    flag(json, "fault", error.isServerError());
  }

  private ObjectNode member(MemberShape member) {
    ObjectNode.Builder json = Node.objectNodeBuilder();
    software.amazon.smithy.model.shapes.Shape target = model.expectShape(member.getTarget());
    String shape = name(target);
    if (CONSTRAINTS.stream().anyMatch(member::hasTrait)) {
      // Constraints belong to shapes there, so the member gets a shape of its own.
      shape = name(model.expectShape(member.getContainer())) + "." + member.getMemberName();
      ObjectNode.Builder own = shape(target).toBuilder();
      constraints(own, member);
      shapes.withMember(shape, own.build());
    }
    json.withMember("shape", shape);
    member
        .getTrait(TimestampFormatTrait.class)
        .ifPresent(format -> json.withMember("timestampFormat", format(format)));
    boolean isJson =
        member
            .getMemberTrait(model, MediaTypeTrait.class)
            .filter(media -> media.getValue().equals("application/json"))
            .isPresent();
    flag(json, "jsonvalue", isJson && target.isStringShape());
    if (protocol.startsWith("rest")) {
      locations(json, member);
    }
    if (protocol.equals("rest-json")) {
      member
          .getTrait(JsonNameTrait.class)
          .ifPresent(name -> json.withMember("locationName", name.getValue()));
    }
    xmlNames(json, member, false);
    return json.build();
  }

  private void xmlNames(
      ObjectNode.Builder json, software.amazon.smithy.model.shapes.Shape shape, boolean root) {
    if (protocol.equals("rest-xml") || protocol.equals("query")) {
      shape
          .getTrait(XmlNameTrait.class)
          .ifPresent(name -> json.withMember("locationName", name.getValue()));
      flag(json, "flattened", !root && shape.hasTrait(XmlFlattenedTrait.class));
      flag(json, "xmlAttribute", !root && shape.hasTrait(XmlAttributeTrait.class));
      shape
          .getTrait(XmlNamespaceTrait.class)
          .ifPresent(
              namespace -> {
                ObjectNode.Builder value = Node.objectNodeBuilder();
                value.withMember("uri", namespace.getUri());
                namespace.getPrefix().ifPresent(prefix -> value.withMember("prefix", prefix));
                json.withMember("xmlNamespace", value.build());
              });
    }
  }

  private static void locations(ObjectNode.Builder json, MemberShape member) {
    if (member.hasTrait(HttpLabelTrait.class)) {
      json.withMember("location", "uri").withMember("locationName", member.getMemberName());
    }
    member
        .getTrait(HttpQueryTrait.class)
        .ifPresent(
            trait ->
                json.withMember("location", "querystring")
                    .withMember("locationName", trait.getValue()));
    if (member.hasTrait(HttpQueryParamsTrait.class)) {
      json.withMember("location", "querystring");
    }
    member
        .getTrait(HttpHeaderTrait.class)
        .ifPresent(
            trait ->
                json.withMember("location", "header").withMember("locationName", trait.getValue()));
    member
        .getTrait(HttpPrefixHeadersTrait.class)
        .ifPresent(
            trait ->
                json.withMember("location", "headers")
                    .withMember("locationName", trait.getValue()));
    if (member.hasTrait(HttpResponseCodeTrait.class)) {
      json.withMember("location", "statusCode");
    }
  }
}
