package io.mayfly.aws;

import io.mayfly.aws.Member.Location;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
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
    // S3 looks at neither header.
    if (format instanceof JsonBody) {
      // An input that may have members one day is sent as an empty object by some.
      boolean isEmpty = input.members().isEmpty() && route.operation().inputShape().isPresent();
      MediaTypes.checkContent(route.request(), mediaType(input, isEmpty || hasBody(input)));
      Shape.Structure output = route.service().output(route.operation());
      MediaTypes.checkAccepted(route.request(), mediaType(output, hasResponseBody(output)));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    if (input.payload().isPresent()) {
      Member payload = member(input, input.payload().get());
      readPayload(ContentCoding.body(route), payload)
          .ifPresent(value -> values.put(payload.name(), value));
    } else if (hasBody(input)) {
      values.putAll(
          format.read(ContentCoding.body(route), input, route.operation().inputXmlName()));
    }
    RestParameters.read(route, input, values);
    return values;
  }

  private static boolean hasBody(Shape.Structure structure) {
    for (Member member : structure.members().values()) {
      if (member.location() == Location.BODY) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasResponseBody(Shape.Structure structure) {
    for (Member member : structure.members().values()) {
      if (member.isInResponseBody()) {
        return true;
      }
    }
    return false;
  }

  /** The type of the body that a structure travels in. */
  private String mediaType(Shape.Structure structure, boolean hasBody) {
    if (structure.payload().isEmpty()) {
      return hasBody ? format.contentType() : MediaTypes.NONE;
    }
    return switch (member(structure, structure.payload().get()).shape()) {
      case Shape.StringShape _ -> "text/plain";
      case Shape.Blob _ -> MediaTypes.ANY;
      case Shape.Structure _,
          Shape.ListShape _,
          Shape.MapShape _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _,
          Shape.Document _ ->
          format.contentType();
    };
  }

  private static Member member(Shape.Structure structure, String name) {
    Member member = structure.members().get(name);
    if (member == null) {
      throw new IllegalStateException(structure.name() + " has no member " + name);
    }
    return member;
  }

  private Optional<Object> readPayload(byte[] body, Member payload) {
    if (body.length == 0) {
      return Optional.empty();
    }
    return Optional.of(
        switch (payload.shape()) {
          case Shape.Structure structure ->
              format.read(body, structure, payload.explicitWireName().or(structure::xmlName));
          case Shape.StringShape _ -> text(body, payload);
          case Shape.Blob _ -> body;
          case Shape.Document _ when format instanceof JsonBody -> JsonBody.readDocument(body);
          case Shape.ListShape _,
              Shape.MapShape _,
              Shape.NumberShape _,
              Shape.BooleanShape _,
              Shape.Timestamp _,
              Shape.Document _ ->
              throw AwsException.unsupported(payload.name());
        });
  }

  private static String text(byte[] body, Member payload) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException notUtf8) {
      throw AwsException.serialization("'" + payload.name() + "' is not UTF-8");
    }
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
        case HEADER -> headers.set(member.wireName(), TextValues.writeHeader(member, value));
        case HEADERS ->
            Values.structure(value)
                .forEach(
                    (name, text) ->
                        headers.set(member.wireName() + name, TextValues.oneLine(text.toString())));
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
      return value == null ? new byte[0] : payload(service, payload, value, headers);
    }
    if (!hasResponseBody(output)
        && (operation.outputShape().isEmpty() || format instanceof XmlBody)) {
      return new byte[0];
    }
    headers.set("Content-Type", format.contentType());
    String name = output.xmlName().orElse(output.name());
    return format.write(values, output, new BodyFormat.Root(name, namespace(service, output)));
  }

  private byte[] payload(ServiceModel service, Member payload, Object value, Headers headers) {
    return switch (payload.shape()) {
      case Shape.Blob _ -> {
        headers.setIfAbsent("Content-Type", "application/octet-stream");
        yield (byte[]) value;
      }
      case Shape.StringShape _ -> {
        headers.setIfAbsent("Content-Type", "text/plain");
        yield SigV4.utf8((String) value);
      }
      case Shape.Structure structure -> {
        headers.set("Content-Type", format.contentType());
        String name = payload.explicitWireName().or(structure::xmlName).orElse(structure.name());
        Optional<XmlNamespace> namespace =
            payload.xmlNamespace().or(() -> namespace(service, structure));
        yield format.write(
            Values.structure(value), structure, new BodyFormat.Root(name, namespace));
      }
      case Shape.Document _ -> {
        headers.set("Content-Type", format.contentType());
        yield JsonBody.writeDocument(value);
      }
      case Shape.ListShape _,
          Shape.MapShape _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _ ->
          throw new IllegalStateException("no body is a " + payload.shape().name());
    };
  }

  private static Optional<XmlNamespace> namespace(ServiceModel service, Shape.Structure root) {
    return root.xmlNamespace()
        .or(() -> service.metadata().xmlNamespace().map(uri -> new XmlNamespace(uri, "")));
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
