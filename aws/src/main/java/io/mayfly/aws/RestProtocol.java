package io.mayfly.aws;

import io.mayfly.aws.Member.Location;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The rest-json and rest-xml protocols: the method and path name the operation; members travel in
 * the path, the query string, headers and the body.
 */
final class RestProtocol implements Protocol {
  static final RestProtocol JSON = new RestProtocol(new JsonBody());
  static final RestProtocol XML = new RestProtocol(new XmlBody());

  private final BodyFormat format;

  private RestProtocol(BodyFormat format) {
    this.format = format;
  }

  @Override
  public Map<String, Object> parse(Route route) {
    Shape.Structure input = route.service().input(route.operation());
    WireRequest request = route.request();
    QueryString query = QueryString.parse(request.query());
    Map<String, Object> values = new LinkedHashMap<>();
    if (input.payload().isPresent()) {
      Member payload = member(input, input.payload().get());
      readPayload(request.body(), payload).ifPresent(value -> values.put(payload.name(), value));
    } else if (input.members().values().stream().anyMatch(RestProtocol::isInBody)) {
      values.putAll(format.read(request.body(), input, route.operation().inputXmlName()));
    }
    for (Member member : input.members().values()) {
      Optional<Object> value =
          switch (member.location()) {
            case URI ->
                Optional.ofNullable(route.labels().get(member.wireName()))
                    .map(text -> TextValues.read(member, text, TimestampFormat.ISO8601));
            case QUERY -> readQuery(route, query, member);
            case HEADER -> readHeader(request.headers(), member);
            case HEADERS -> readHeaders(request.headers(), member);
            case BODY, STATUS_CODE -> Optional.empty();
          };
      value.ifPresent(found -> values.put(member.name(), found));
    }
    return values;
  }

  private static boolean isInBody(Member member) {
    return member.location() == Location.BODY;
  }

  private static Member member(Shape.Structure structure, String name) {
    Member member = structure.members().get(name);
    if (member == null) {
      throw new IllegalStateException(structure.name() + " has no member " + name);
    }
    return member;
  }

  private Optional<Object> readPayload(byte[] body, Member payload) {
    return switch (payload.shape()) {
      case Shape.Structure structure ->
          body.length == 0
              ? Optional.empty()
              : Optional.of(
                  format.read(body, structure, payload.explicitWireName().or(structure::xmlName)));
      case Shape.StringShape _ ->
          body.length == 0
              ? Optional.empty()
              : Optional.of(new String(body, StandardCharsets.UTF_8));
      case Shape.Blob _ -> body.length == 0 ? Optional.empty() : Optional.of(body);
      case Shape.ListShape _,
          Shape.MapShape _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _ ->
          throw AwsException.unsupported(payload.name());
    };
  }

  private static Optional<Object> readQuery(Route route, QueryString query, Member member) {
    return switch (member.shape()) {
      case Shape.ListShape list -> {
        List<Object> elements = new ArrayList<>();
        for (String text : query.all(member.wireName())) {
          elements.add(TextValues.read(list.element(), text, TimestampFormat.ISO8601));
        }
        yield elements.isEmpty() ? Optional.empty() : Optional.of(elements);
      }
      case Shape.MapShape map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (String key : query.keys()) {
          if (!isBound(route, key)) {
            entries.put(key, readEntry(query, map, key));
          }
        }
        yield entries.isEmpty() ? Optional.empty() : Optional.of(entries);
      }
      case Shape.Structure _,
          Shape.StringShape _,
          Shape.Blob _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _ ->
          readQueryScalar(query, member);
    };
  }

  private static Optional<Object> readQueryScalar(QueryString query, Member member) {
    List<String> texts = query.all(member.wireName());
    if (texts.size() > 1) {
      throw AwsException.serialization(
          "'" + member.wireName() + "' is given more than once in the query string");
    }
    return texts.stream()
        .findFirst()
        .map(text -> TextValues.read(member, text, TimestampFormat.ISO8601));
  }

  private static boolean isBound(Route route, String key) {
    return key.toLowerCase(Locale.ROOT).startsWith("x-amz-")
        || route.operation().uri().query().containsKey(key)
        || route.service().input(route.operation()).members().values().stream()
            .anyMatch(
                member -> member.location() == Location.QUERY && member.wireName().equals(key));
  }

  private static Object readEntry(QueryString query, Shape.MapShape map, String key) {
    if (map.value().shape() instanceof Shape.ListShape list) {
      List<Object> elements = new ArrayList<>();
      for (String text : query.all(key)) {
        elements.add(TextValues.read(list.element(), text, TimestampFormat.ISO8601));
      }
      return elements;
    }
    return TextValues.read(map.value(), query.first(key).orElse(""), TimestampFormat.ISO8601);
  }

  private static Optional<Object> readHeader(Headers headers, Member member) {
    List<String> texts = headers.all(member.wireName());
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    if (member.shape() instanceof Shape.ListShape list) {
      List<Object> elements = new ArrayList<>();
      for (String text : texts) {
        for (String part : text.split(",", -1)) {
          elements.add(TextValues.read(list.element(), part.strip(), TimestampFormat.RFC822));
        }
      }
      return Optional.of(elements);
    }
    String text = String.join(",", texts).strip();
    return Optional.of(TextValues.read(member, text, TimestampFormat.RFC822));
  }

  private static Optional<Object> readHeaders(Headers headers, Member member) {
    String prefix = member.wireName().toLowerCase(Locale.ROOT);
    Map<String, Object> entries = new LinkedHashMap<>();
    for (String name : headers.names()) {
      if (name.startsWith(prefix)) {
        entries.put(name.substring(prefix.length()), String.join(",", headers.all(name)));
      }
    }
    return entries.isEmpty() ? Optional.empty() : Optional.of(entries);
  }

  @Override
  public WireResponse result(
      ServiceModel service,
      OperationModel operation,
      Map<String, Object> values,
      String requestId) {
    Shape.Structure output = service.output(operation);
    Headers headers = headers(requestId);
    int status = operation.status();
    for (Member member : output.members().values()) {
      Object value = values.get(member.name());
      if (value == null) {
        continue;
      }
      switch (member.location()) {
        case STATUS_CODE -> status = (Integer) value;
        case HEADER -> headers.set(member.wireName(), headerText(member, value));
        case HEADERS ->
            Values.structure(value)
                .forEach((name, text) -> headers.set(member.wireName() + name, oneLine(text)));
        case BODY, URI, QUERY -> {}
      }
    }
    byte[] body = body(service, operation, output, values, headers);
    return new WireResponse(status, headers, status == 204 || status == 304 ? new byte[0] : body);
  }

  private byte[] body(
      ServiceModel service,
      OperationModel operation,
      Shape.Structure output,
      Map<String, Object> values,
      Headers headers) {
    if (output.payload().isPresent()) {
      Member payload = member(output, output.payload().get());
      Object value = values.get(payload.name());
      return switch (value) {
        case null -> new byte[0];
        case byte[] bytes -> bytes;
        case String text -> text.getBytes(StandardCharsets.UTF_8);
        default -> {
          Shape.Structure structure = (Shape.Structure) payload.shape();
          headers.set("Content-Type", format.contentType());
          String name = payload.explicitWireName().or(structure::xmlName).orElse(structure.name());
          yield format.write(
              Values.structure(value),
              structure,
              new BodyFormat.Root(name, service.metadata().xmlNamespace()));
        }
      };
    }
    boolean hasBody = output.members().values().stream().anyMatch(RestProtocol::isInBody);
    if (!hasBody && (operation.outputShape().isEmpty() || format instanceof XmlBody)) {
      return new byte[0];
    }
    headers.set("Content-Type", format.contentType());
    String name = output.xmlName().orElse(output.name());
    return format.write(
        values, output, new BodyFormat.Root(name, service.metadata().xmlNamespace()));
  }

  private static String headerText(Member member, Object value) {
    if (member.shape() instanceof Shape.ListShape list) {
      List<String> texts = new ArrayList<>();
      for (Object element : Values.list(value)) {
        texts.add(TextValues.write(list.element(), element, TimestampFormat.RFC822));
      }
      return oneLine(String.join(",", texts));
    }
    return oneLine(TextValues.write(member, value, TimestampFormat.RFC822));
  }

  /** A value that ends no header: a stored text must not be able to add headers of its own. */
  private static String oneLine(Object value) {
    String text = value.toString();
    return text.chars().anyMatch(Character::isISOControl)
        ? text.replaceAll("\\p{Cntrl}", " ")
        : text;
  }

  private static Headers headers(String requestId) {
    return new Headers().set("x-amzn-RequestId", requestId);
  }

  @Override
  public WireResponse error(ServiceModel service, AwsException error, String requestId) {
    Headers headers = headers(requestId).set("Content-Type", format.contentType());
    if (format instanceof XmlBody) {
      return XmlErrors.rest(service, error, requestId, headers);
    }
    return JsonErrors.rest(service, error, headers);
  }
}
