package io.mayfly.aws;

import io.mayfly.aws.Member.Location;
import io.mayfly.aws.Member.Traits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads botocore's model format in two steps: {@link #index} passes over the whole file once, keeps
 * the operations and remembers where each shape lies; {@link #readShape} parses one of them.
 */
final class ServiceModelReader {
  private ServiceModelReader() {}

  /**
   * A model passed over once.
   *
   * @param shapes where in {@code json} each shape's definition starts
   * @param changes what is said of shapes beside that, and shapes that are not there
   */
  record Index(
      byte[] json,
      ServiceMetadata metadata,
      Map<String, OperationModel> operations,
      Map<String, Integer> shapes,
      Map<String, Object> changes) {
    boolean hasShape(String name) {
      return shapes.containsKey(name) || changes.containsKey(name);
    }
  }

  static Index index(byte[] json) {
    return index(json, Map.of());
  }

  /** A model with changes, which have the model's own form and hold only what is different. */
  static Index index(byte[] json, byte[] changes) {
    return index(json, map(new ModelJson(changes, 0).value()));
  }

  private static Index index(byte[] json, Map<String, Object> changes) {
    Map<String, Object> changedOperations = map(changes.get("operations"));
    Map<String, Object> metadata = Map.of();
    Map<String, OperationModel> operations = new LinkedHashMap<>();
    Map<String, Integer> shapes = new LinkedHashMap<>();
    ModelJson cursor = new ModelJson(json, 0);
    cursor.enterObject();
    for (String section = cursor.nextName(); !section.isEmpty(); section = cursor.nextName()) {
      switch (section) {
        case "metadata" -> metadata = map(cursor.value());
        case "operations" -> {
          cursor.enterObject();
          for (String name = cursor.nextName(); !name.isEmpty(); name = cursor.nextName()) {
            Map<String, Object> operation =
                merged(map(cursor.value()), map(changedOperations.get(name)));
            operations.put(name, operation(name, operation));
          }
        }
        case "shapes" -> {
          cursor.enterObject();
          for (String name = cursor.nextName(); !name.isEmpty(); name = cursor.nextName()) {
            shapes.put(name, cursor.position());
            cursor.skip();
          }
        }
        default -> cursor.skip();
      }
    }
    return new Index(
        json,
        metadata(merged(metadata, map(changes.get("metadata")))),
        operations,
        shapes,
        map(changes.get("shapes")));
  }

  private static Map<String, Object> merged(
      Map<String, Object> original, Map<String, Object> changes) {
    if (changes.isEmpty()) {
      return original;
    }
    Map<String, Object> merged = new LinkedHashMap<>(original);
    changes.forEach(
        (name, change) ->
            merged.merge(
                name,
                change,
                (before, after) ->
                    before instanceof Map && after instanceof Map
                        ? merged(map(before), map(after))
                        : after));
    return merged;
  }

  private static ServiceMetadata metadata(Map<String, Object> json) {
    String endpointPrefix = text(json, "endpointPrefix").orElse("");
    return new ServiceMetadata(
        text(json, "serviceId").orElse(endpointPrefix),
        text(json, "apiVersion").orElse(""),
        text(json, "signingName").orElse(endpointPrefix),
        text(json, "protocol").orElse(""),
        text(json, "jsonVersion"),
        text(json, "targetPrefix"),
        text(json, "xmlNamespace"),
        // The one mark of S3's dialect that models of this form have.
        text(json, "signatureVersion").equals(Optional.of("s3")),
        json.containsKey("awsQueryCompatible"));
  }

  private static OperationModel operation(String name, Map<String, Object> json) {
    Map<String, Object> http = map(json.getOrDefault("http", Map.of()));
    Map<String, Object> input = map(json.getOrDefault("input", Map.of()));
    Map<String, Object> output = map(json.getOrDefault("output", Map.of()));
    List<String> errors = new ArrayList<>();
    if (json.get("errors") instanceof List<?> list) {
      list.forEach(error -> text(map(error), "shape").ifPresent(errors::add));
    }
    return new OperationModel(
        name,
        text(http, "method").orElse("POST"),
        UriTemplate.parse(text(http, "requestUri").orElse("/")),
        http.get("responseCode") instanceof Number status ? status.intValue() : 200,
        text(input, "shape"),
        text(output, "shape"),
        text(input, "locationName"),
        text(output, "resultWrapper"),
        flag(json, "deprecated"),
        json.containsKey("requestcompression"),
        List.copyOf(errors));
  }

  static Shape readShape(ServiceModel model, Index index, String name) {
    if (!index.hasShape(name)) {
      throw new IllegalArgumentException("the service model has no shape " + name);
    }
    Integer start = index.shapes().get(name);
    Map<String, Object> original =
        start == null ? Map.of() : map(new ModelJson(index.json(), start).value());
    return shape(model, name, merged(original, map(index.changes().get(name))));
  }

  private static Shape shape(ServiceModel model, String name, Map<String, Object> json) {
    String type = text(json, "type").orElse("");
    Bounds bounds = bounds(json);
    boolean flattened = flag(json, "flattened");
    boolean sparse = flag(json, "sparse");
    return switch (type) {
      case "structure" ->
          flag(json, "document") ? new Shape.Document(name) : structure(model, name, json);
      case "list" ->
          new Shape.ListShape(name, element(model, "member", json), bounds, flattened, sparse);
      case "map" ->
          new Shape.MapShape(
              name,
              element(model, "key", json),
              element(model, "value", json),
              bounds,
              flattened,
              sparse);
      case "string" ->
          new Shape.StringShape(
              name,
              bounds,
              text(json, "pattern").map(TextPattern::new),
              enumeration(json),
              flag(json, "sensitive"));
      case "blob" -> new Shape.Blob(name, bounds, flag(json, "streaming"));
      case "byte" -> new Shape.NumberShape(name, Shape.NumberKind.BYTE, bounds);
      case "short" -> new Shape.NumberShape(name, Shape.NumberKind.SHORT, bounds);
      case "integer" -> new Shape.NumberShape(name, Shape.NumberKind.INTEGER, bounds);
      case "long" -> new Shape.NumberShape(name, Shape.NumberKind.LONG, bounds);
      case "float" -> new Shape.NumberShape(name, Shape.NumberKind.FLOAT, bounds);
      case "double" -> new Shape.NumberShape(name, Shape.NumberKind.DOUBLE, bounds);
      case "boolean" -> new Shape.BooleanShape(name);
      case "timestamp" ->
          new Shape.Timestamp(name, text(json, "timestampFormat").map(TimestampFormat::named));
      default ->
          throw new IllegalArgumentException("shape " + name + " is of an unknown type: " + type);
    };
  }

  private static Shape.Structure structure(
      ServiceModel model, String name, Map<String, Object> json) {
    Set<Object> required =
        json.get("required") instanceof List<?> list ? new LinkedHashSet<>(list) : Set.of();
    Map<String, Member> members = new LinkedHashMap<>();
    map(json.getOrDefault("members", Map.of()))
        .forEach(
            (member, value) ->
                members.put(member, member(model, member, map(value), required.contains(member))));
    return new Shape.Structure(
        name,
        Collections.unmodifiableMap(members),
        text(json, "payload"),
        error(name, json),
        flag(json, "union"),
        text(json, "locationName"),
        xmlNamespace(json));
  }

  private static Optional<Shape.ErrorTrait> error(String name, Map<String, Object> json) {
    if (!flag(json, "exception")) {
      return Optional.empty();
    }
    Map<String, Object> error = map(json.getOrDefault("error", Map.of()));
    int status = error.get("httpStatusCode") instanceof Number number ? number.intValue() : 0;
    boolean senderFault = !flag(json, "fault") && status < 500;
    return Optional.of(new Shape.ErrorTrait(text(error, "code").orElse(name), status, senderFault));
  }

  private static Member element(ServiceModel model, String role, Map<String, Object> json) {
    return member(model, role, map(json.getOrDefault(role, Map.of())), false);
  }

  private static Member member(
      ServiceModel model, String name, Map<String, Object> json, boolean required) {
    Traits traits =
        new Traits(
            text(json, "locationName"),
            location(text(json, "location").orElse("")),
            required,
            flag(json, "flattened"),
            flag(json, "xmlAttribute"),
            flag(json, "jsonvalue"),
            text(json, "timestampFormat").map(TimestampFormat::named),
            xmlNamespace(json));
    String shape =
        text(json, "shape")
            .orElseThrow(() -> new IllegalArgumentException("member " + name + " has no shape"));
    return new Member(model, name, shape, traits);
  }

  private static Optional<XmlNamespace> xmlNamespace(Map<String, Object> json) {
    Map<String, Object> namespace = map(json.get("xmlNamespace"));
    return namespace.get("uri") instanceof String uri
        ? Optional.of(new XmlNamespace(uri, text(namespace, "prefix").orElse("")))
        : Optional.empty();
  }

  private static Location location(String name) {
    return switch (name) {
      case "" -> Location.BODY;
      case "uri" -> Location.URI;
      case "querystring" -> Location.QUERY;
      case "header" -> Location.HEADER;
      case "headers" -> Location.HEADERS;
      case "statusCode" -> Location.STATUS_CODE;
      default -> throw new IllegalArgumentException("unknown location of a member: " + name);
    };
  }

  private static Bounds bounds(Map<String, Object> json) {
    if (!json.containsKey("min") && !json.containsKey("max")) {
      return Bounds.NONE;
    }
    return new Bounds(
        json.get("min") instanceof Number min ? min.doubleValue() : Bounds.NONE.min(),
        json.get("max") instanceof Number max ? max.doubleValue() : Bounds.NONE.max());
  }

  private static Set<String> enumeration(Map<String, Object> json) {
    Set<String> values = new LinkedHashSet<>();
    if (json.get("enum") instanceof List<?> list) {
      list.forEach(value -> values.add(String.valueOf(value)));
    }
    return Collections.unmodifiableSet(values);
  }

  private static boolean flag(Map<String, Object> json, String key) {
    return json.get(key) instanceof Boolean flag && flag;
  }

  private static Optional<String> text(Map<String, Object> json, String key) {
    return json.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  @SuppressWarnings("unchecked") // tree() makes no other maps
  private static Map<String, Object> map(@Nullable Object value) {
    return value instanceof Map ? (Map<String, Object>) value : Map.of();
  }
}
