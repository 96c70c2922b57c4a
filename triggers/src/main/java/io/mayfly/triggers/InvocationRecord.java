package io.mayfly.triggers;

import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionVersion;
import io.mayfly.queue.MessageAttribute;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What is said of an event that is done with: the record for destinations, and the attributes of a
 * dead letter ("Capturing records of Lambda asynchronous invocations" in the developer guide).
 */
final class InvocationRecord {
  /** How much of an error a dead letter has. */
  private static final int ERROR_BYTES = 1024;

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private static final JsonFactory JSON = new JsonFactory();

  private InvocationRecord() {}

  /** The record for a destination, version 1.0. */
  static byte[] json(AsyncEvent event, FunctionArn function, Ending ending, Instant now) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(event.payload().length + 512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("version", "1.0");
      json.writeStringProperty("timestamp", TIMESTAMP.format(now));
      json.writeObjectPropertyStart("requestContext");
      json.writeStringProperty("requestId", event.requestId().value());
      json.writeStringProperty(
          "functionArn",
          function.qualified(event.qualifier().orElse(FunctionVersion.LATEST)).toString());
      json.writeStringProperty("condition", ending.condition().wireName());
      json.writeNumberProperty("approximateInvokeCount", ending.invokes());
      json.writeEndObject();
      json.writeName("requestPayload");
      // Known to be JSON since it was accepted.
      json.writeRawValue(new String(event.payload(), StandardCharsets.UTF_8));
      ending.answer().ifPresent(answer -> write(answer, json));
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void write(Ending.Answer answer, JsonGenerator json) {
    json.writeObjectPropertyStart("responseContext");
    json.writeNumberProperty("statusCode", answer.status());
    answer.version().ifPresent(text -> json.writeStringProperty("executedVersion", text));
    answer.error().ifPresent(text -> json.writeStringProperty("functionError", text));
    json.writeEndObject();
    json.writeName("responsePayload");
    String payload = new String(answer.payload(), StandardCharsets.UTF_8);
    // A custom runtime may say that anything is JSON.
    if (answer.json() && isJson(answer.payload())) {
      json.writeRawValue(payload);
    } else {
      json.writeString(payload);
    }
  }

  private static boolean isJson(byte[] bytes) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), bytes)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  /** What a dead letter has beside the event itself. */
  static Map<String, MessageAttribute> attributes(AsyncEvent event, Ending ending) {
    return Map.of(
        "RequestID", text("String", event.requestId().value()),
        "ErrorCode", text("Number", Integer.toString(ending.status())),
        "ErrorMessage", text("String", reason(ending)));
  }

  /** Why an event was given up: the beginning of the last error. */
  static String reason(Ending ending) {
    byte[] text =
        ending
            .answer()
            .map(InvocationRecord::message)
            .orElseGet(() -> ending.condition().meaning().getBytes(StandardCharsets.UTF_8));
    return new String(beginning(text), StandardCharsets.UTF_8);
  }

  /** An error object's message, or all of what there is. */
  private static byte[] message(Ending.Answer answer) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), answer.payload())) {
      if (answer.json() && parser.nextToken() == JsonToken.START_OBJECT) {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          var value = parser.nextToken();
          if (name.equals("errorMessage") && value == JsonToken.VALUE_STRING) {
            return parser.getString().getBytes(StandardCharsets.UTF_8);
          }
          parser.skipChildren();
        }
      }
    } catch (JacksonException e) {
      // It is told as it is.
    }
    return answer.payload();
  }

  /** The first kilobyte, ending with a whole character. */
  private static byte[] beginning(byte[] text) {
    if (text.length <= ERROR_BYTES) {
      return text.length == 0 ? new byte[] {'-'} : text;
    }
    int end = ERROR_BYTES;
    while (end > 0 && (text[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(text, end);
  }

  private static MessageAttribute text(String type, String value) {
    return new MessageAttribute(type, value.getBytes(StandardCharsets.UTF_8));
  }
}
