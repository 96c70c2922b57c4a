package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Headers;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Events as CloudEvents has them (version 1.0, "HTTP Protocol Binding" and "JSON Event Format"), in
 * binary, structured and batched mode.
 *
 * <p>{@code source} becomes the source, {@code type} the detail type, {@code time} the time, {@code
 * subject} the one resource. Data that is a JSON object becomes the detail; other JSON or text
 * stands in it as {@code data}, other bytes as {@code data_base64}. Everything else that the event
 * says of itself, its {@code id} first, stands in the detail as {@code cloudevents}; if the data
 * has a member of this name, the data stands in it as {@code data}.
 */
final class CloudEvents {
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";

  /** "Attribute naming conventions"; longer ones need not be taken, these are. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,64}");

  private static final int MOST_IN_BATCH = 100;
  private static final int LONGEST_VALUE = 2048;
  private static final String CONTEXT = "cloudevents";
  private static final String DATA = "data";
  private static final String DATA_BASE64 = "data_base64";

  private final EventBuses buses;
  private final Publisher publisher;

  CloudEvents(EventBuses buses, Publisher publisher) {
    this.buses = buses;
    this.publisher = publisher;
  }

  /**
   * Puts events on a bus, all or none.
   *
   * @return their ids on the bus
   */
  WireResponse put(String bus, WireRequest request) {
    if (buses.find(bus).isEmpty()) {
      throw new AwsException(
          "ResourceNotFoundException", 404, "there is no event bus " + EventsErrors.shown(bus));
    }
    List<Publisher.Entry> entries = entries(bus, request);
    List<Publisher.Result> results;
    try {
      results = publisher.putAll(entries);
    } catch (AwsException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    ObjectNode answer = Json.MAPPER.createObjectNode();
    var ids = answer.putArray("eventIds");
    results.forEach(result -> ids.add(result.eventId().orElse("")));
    return new WireResponse(
        200,
        new Headers().set("content-type", "application/json"),
        answer.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static List<Publisher.Entry> entries(String bus, WireRequest request) {
    String type =
        request
            .headers()
            .first("content-type")
            .orElse("")
            .split(";", 2)[0]
            .strip()
            .toLowerCase(Locale.ROOT);
    if (type.equals(BATCH)) {
      JsonNode batch = json(request.body());
      if (!batch.isArray()) {
        throw wrong("a batch is a JSON array of events");
      }
      if (batch.size() > MOST_IN_BATCH) {
        throw wrong(
            "a batch has at most %d events, and this one has %d"
                .formatted(MOST_IN_BATCH, batch.size()));
      }
      List<Publisher.Entry> entries = new ArrayList<>();
      batch.forEach(event -> entries.add(structured(bus, event)));
      return entries;
    }
    if (type.equals(STRUCTURED)) {
      return List.of(structured(bus, json(request.body())));
    }
    if (type.startsWith("application/cloudevents")) {
      throw new AwsException(
          "UnsupportedMediaTypeException",
          415,
          "events are taken as %s, as %s, or in binary mode".formatted(STRUCTURED, BATCH));
    }
    return List.of(binary(bus, type, request));
  }

  private static Publisher.Entry structured(String bus, JsonNode event) {
    if (!event.isObject()) {
      throw wrong("an event is a JSON object");
    }
    ObjectNode context = Json.MAPPER.createObjectNode();
    event.forEachEntry(
        (name, value) -> {
          if (name.equals(DATA) || name.equals(DATA_BASE64) || value.isNull()) {
            return;
          }
          if (!NAME.matcher(name).matches()) {
            throw wrong(
                "the attribute '%s' has a name that is not of small letters and digits"
                    .formatted(EventsErrors.shown(name)));
          }
          if (value.isContainer()) {
            throw wrong("the attribute '%s' is no text, number or truth".formatted(name));
          }
          context.set(name, value);
        });
    JsonNode data = event.path(DATA);
    JsonNode bytes = event.path(DATA_BASE64);
    if (!bytes.isMissingNode()) {
      if (!data.isMissingNode()) {
        throw wrong("an event has data or data_base64, not both");
      }
      if (!bytes.isString() || !isBase64(bytes.stringValue())) {
        throw wrong("data_base64 is no text in base64");
      }
    }
    return entry(bus, context, data, bytes);
  }

  private static Publisher.Entry binary(String bus, String type, WireRequest request) {
    ObjectNode context = Json.MAPPER.createObjectNode();
    for (String name : request.headers().names()) {
      if (name.startsWith("ce-")) {
        String attribute = name.substring("ce-".length());
        if (!NAME.matcher(attribute).matches()) {
          throw wrong(
              "the header %s has a name that is not of small letters and digits"
                  .formatted(EventsErrors.shown(name)));
        }
        context.put(attribute, decoded(request.headers().first(name).orElse("")));
      }
    }
    if (context.isEmpty()) {
      throw wrong(
          "this is no CloudEvent: send ce-* headers, or %s, or %s".formatted(STRUCTURED, BATCH));
    }
    if (!type.isEmpty()) {
      context.put("datacontenttype", request.headers().first("content-type").orElse(""));
    }
    byte[] body = request.body();
    JsonNode none = Json.MAPPER.missingNode();
    if (body.length == 0) {
      return entry(bus, context, none, none);
    }
    if (type.endsWith("/json") || type.endsWith("+json")) {
      return entry(bus, context, json(body), none);
    }
    Optional<String> text = type.startsWith("text/") ? text(body) : Optional.empty();
    return text.isPresent()
        ? entry(bus, context, StringNode.valueOf(text.get()), none)
        : entry(bus, context, none, StringNode.valueOf(Base64.getEncoder().encodeToString(body)));
  }

  private static Publisher.Entry entry(
      String bus, ObjectNode context, JsonNode data, JsonNode bytes) {
    if (!required(context, "specversion").equals("1.0")) {
      throw wrong("specversion is not 1.0");
    }
    String id = required(context, "id");
    String source = required(context, "source");
    String type = required(context, "type");
    Optional<Instant> time =
        Optional.ofNullable(context.get("time")).map(value -> time(value.asString("")));
    List<String> resources =
        Optional.ofNullable(context.get("subject")).stream()
            .map(value -> value.asString(""))
            .toList();
    if (id.length() > LONGEST_VALUE
        || resources.stream().anyMatch(subject -> subject.length() > LONGEST_VALUE)) {
      throw wrong("id and subject have at most %d characters".formatted(LONGEST_VALUE));
    }
    List.of("source", "type", "time", "subject").forEach(context::remove);
    ObjectNode detail = Json.MAPPER.createObjectNode();
    if (data instanceof ObjectNode object && !object.has(CONTEXT)) {
      object.forEachEntry(detail::set);
    } else if (!data.isMissingNode()) {
      detail.set(DATA, data);
    } else if (!bytes.isMissingNode()) {
      detail.set(DATA_BASE64, bytes);
    }
    detail.set(CONTEXT, context);
    return new Publisher.Entry(
        Optional.of(source),
        Optional.of(type),
        Optional.of(detail.toString()),
        time,
        resources,
        Optional.of(bus),
        Optional.empty());
  }

  private static String required(ObjectNode context, String name) {
    @Nullable JsonNode value = context.get(name);
    if (value == null || !value.isString() || value.stringValue().isEmpty()) {
      throw wrong("the event has no %s".formatted(name));
    }
    return value.stringValue();
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw wrong("time '%s' is none as in RFC 3339".formatted(EventsErrors.shown(text)));
    }
  }

  private static JsonNode json(byte[] body) {
    Optional<String> text = text(body);
    if (text.isEmpty()) {
      throw wrong("the body is not in UTF-8");
    }
    JsonNode read;
    try {
      read = Json.read(text.get());
    } catch (JacksonException e) {
      throw wrong("the body is no JSON: " + Json.reason(e));
    }
    if (read.isMissingNode()) {
      throw wrong("the body is empty");
    }
    return read;
  }

  private static Optional<String> text(byte[] body) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean isBase64(String text) {
    try {
      var _ = Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Values of headers are percent-encoded ("HTTP Header Values" of the binding). */
  private static String decoded(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int at = 0;
    while (at < value.length()) {
      char each = value.charAt(at);
      int code =
          each == '%' && at + 2 < value.length()
              ? hex(value.charAt(at + 1), value.charAt(at + 2))
              : -1;
      if (code >= 0) {
        bytes.write(code);
        at += 3;
      } else {
        bytes.writeBytes(String.valueOf(each).getBytes(StandardCharsets.UTF_8));
        at++;
      }
    }
    return text(bytes.toByteArray())
        .orElseThrow(() -> wrong("a ce-* header is no percent-encoded UTF-8"));
  }

  private static int hex(char high, char low) {
    int first = Character.digit(high, 16);
    int second = Character.digit(low, 16);
    return first < 0 || second < 0 ? -1 : first << 4 | second;
  }

  private static AwsException wrong(String what) {
    return new AwsException("ValidationException", 400, what);
  }
}
