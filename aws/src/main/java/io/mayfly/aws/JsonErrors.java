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
  private static final int LONGEST_TEXT = 64 * 1024;
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
    if (service.metadata().queryCompatible()) {
      service
          .older()
          .flatMap(older -> older.error(error.code()))
          .flatMap(Shape.Structure::error)
          .or(
              () ->
                  shape.flatMap(Shape.Structure::error).filter(trait -> !trait.code().equals(type)))
          .ifPresent(trait -> headers.set("x-amzn-query-error", queryError(trait)));
    }
    return response(shape, error, headers, Map.of("__type", type));
  }

  /** The code under which clients of the service's older query protocol know an error. */
  private static String queryError(Shape.ErrorTrait trait) {
    return trait.code() + ";" + (trait.senderFault() ? "Sender" : "Receiver");
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
    Map<String, Object> values = new TreeMap<>(first);
    values.putAll(error.details());
    Map<String, Member> members = new TreeMap<>();
    String messageName = "message";
    int status = error.status();
    if (shape.isPresent()) {
      for (Member member : shape.get().members().values()) {
        if (member.name().equalsIgnoreCase("message")) {
          messageName = member.wireName();
        } else if (member.name().equals("Type") && member.shape() instanceof Shape.StringShape) {
          values.putIfAbsent("Type", error.status() < 500 ? "User" : "Service");
        }
        Object value = values.remove(member.name());
        if (value != null && member.location() == Member.Location.HEADER) {
          headers.set(member.wireName(), TextValues.writeHeader(member, value));
        } else if (value != null) {
          values.put(member.wireName(), value);
          members.put(member.wireName(), member);
        }
      }
      int modelled = shape.get().error().map(Shape.ErrorTrait::status).orElse(0);
      status = modelled == 0 ? status : modelled;
    }
    if (!error.getMessage().isEmpty()) {
      values.put(messageName, error.getMessage());
    }
    return new WireResponse(status, headers, write(values, members));
  }

  private static byte[] write(Map<String, Object> values, Map<String, Member> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      generator.writeStartObject();
      values.forEach(
          (name, value) -> {
            Member member = members.get(name);
            if (member != null && !(value instanceof String)) {
              generator.writeName(name);
              JsonBody.write(generator, value, member);
            } else {
              // Shown to whoever sent it, and often made of what was sent.
              String text = Texts.shorten(value.toString(), LONGEST_TEXT);
              generator.writeStringProperty(name, text);
            }
          });
      generator.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
