package io.mayfly.aws;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Errors in JSON: the code stands in the header {@code x-amzn-ErrorType} (rest-json) or in {@code
 * __type} (json), the message in the member that the model has for it.
 */
final class JsonErrors {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonErrors() {}

  static WireResponse rest(ServiceModel service, AwsException error, Headers headers) {
    Optional<Shape.Structure> shape = service.error(error.code());
    headers.set("x-amzn-ErrorType", shape.map(Shape.Structure::name).orElse(error.code()));
    return response(shape, error, headers, Map.of());
  }

  static WireResponse json(ServiceModel service, AwsException error, Headers headers) {
    Optional<Shape.Structure> shape = service.error(error.code());
    String type = shape.map(Shape.Structure::name).orElse(error.code());
    headers.set("x-amzn-ErrorType", type);
    return response(shape, error, headers, Map.of("__type", type));
  }

  /** An error for which no service is known to say how it looks. */
  static WireResponse unknownService(AwsException error, String requestId) {
    Headers headers =
        new Headers()
            .set("x-amzn-RequestId", requestId)
            .set("x-amzn-ErrorType", error.code())
            .set("Content-Type", "application/json");
    return response(Optional.empty(), error, headers, Map.of("__type", error.code()));
  }

  private static WireResponse response(
      Optional<Shape.Structure> shape,
      AwsException error,
      Headers headers,
      Map<String, String> first) {
    Map<String, String> members = new TreeMap<>(first);
    members.putAll(error.details());
    String messageName = "message";
    int status = error.status();
    if (shape.isPresent()) {
      for (Member member : shape.get().members().values()) {
        if (member.name().equalsIgnoreCase("message")) {
          messageName = member.wireName();
        } else if (member.name().equals("Type") && member.shape() instanceof Shape.StringShape) {
          members.putIfAbsent("Type", error.status() < 500 ? "User" : "Service");
        }
        if (member.location() == Member.Location.HEADER) {
          Optional.ofNullable(members.remove(member.name()))
              .ifPresent(value -> headers.set(member.wireName(), value));
        }
      }
      int modelled = shape.get().error().map(Shape.ErrorTrait::status).orElse(0);
      status = modelled == 0 ? status : modelled;
    }
    members.put(messageName, Texts.shorten(error.getMessage(), 64 * 1024));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      generator.writeStartObject();
      members.forEach(
          (name, value) -> generator.writeStringProperty(name, Texts.shorten(value, 64 * 1024)));
      generator.writeEndObject();
    }
    return new WireResponse(status, headers, bytes.toByteArray());
  }
}
