package io.mayfly.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * AWS Lambda's Extensions API 2020-01-01 ("Lambda Extensions API reference") for one instance, over
 * connections that only this instance can make. Runs on the threads that read them; blocks nobody.
 */
final class ExtensionsApi {
  private static final String PREFIX = "/2020-01-01/extension/";
  private static final String IDENTIFIER = "lambda-extension-identifier";
  private static final String NAME = "lambda-extension-name";
  private static final String ERROR_TYPE = "lambda-extension-function-error-type";
  private static final String FEATURES = "lambda-extension-accept-feature";

  /** More than any request of this API has use for. */
  static final int BODY_BYTES = 64 * 1024;

  private static final int NAME_CHARACTERS = 128;

  private static final String TELEMETRY = "/2022-07-01/telemetry";
  private static final String LOGS = "/2020-08-15/logs";

  private static final JsonFactory JSON = new JsonFactory();

  private final Extensions extensions;

  /** What those wait on who have asked for an event, by their connection. */
  private final Map<HttpConnection, Extension.Receiver> receivers = new ConcurrentHashMap<>();

  ExtensionsApi(Extensions extensions) {
    this.extensions = extensions;
  }

  private TelemetryDestination.Connector connector =
      () -> {
        throw new IOException("nobody can connect into this jail");
      };

  /** Whether there is telemetry to subscribe to. */
  boolean telemetric() {
    return extensions.spec().telemetry().isPresent();
  }

  /** Says how the platform reaches subscribers. To be called before there are requests. */
  void connectBy(TelemetryDestination.Connector made) {
    connector = made;
  }

  /** Whether a request is for this API, or one of those that only extensions have use for. */
  boolean takes(HttpRequest request) {
    return request.path().startsWith(PREFIX)
        || request.path().equals(TELEMETRY)
        || request.path().equals(LOGS);
  }

  /** Answers a request, if it is not a {@code next}, which is answered when there is an event. */
  void serve(HttpConnection connection, HttpRequest request) throws IOException {
    Optional<byte[]> answer;
    try {
      answer = answer(connection, request);
    } catch (Extension.RefusedException e) {
      answer =
          Optional.of(ExtensionMessages.refused(e.errorType(), String.valueOf(e.getMessage())));
    }
    if (answer.isPresent()) {
      connection.write(answer.get());
    }
  }

  /** Whether somebody waits for an event over a connection. */
  boolean isWaiting(HttpConnection connection) {
    Extension.Receiver receiver = receivers.get(connection);
    return receiver != null && extensions.isWaiting(receiver);
  }

  /** A connection has gone. */
  void forget(HttpConnection connection) {
    Extension.Receiver receiver = receivers.remove(connection);
    if (receiver != null) {
      extensions.forget(receiver);
    }
  }

  private Optional<byte[]> answer(HttpConnection connection, HttpRequest request)
      throws Extension.RefusedException {
    if (request.bodyBytes() > BODY_BYTES) {
      return Optional.of(
          ExtensionMessages.error(
              "413 Request Entity Too Large",
              "RequestEntityTooLarge",
              "Exceeded maximum allowed payload size (" + BODY_BYTES + " bytes)."));
    }
    if (!request.path().startsWith(PREFIX)) {
      return Optional.of(subscription(request));
    }
    String what = request.method() + " " + request.path().substring(PREFIX.length());
    return switch (what) {
      case "POST register" -> Optional.of(register(request));
      case "GET event/next" -> {
        Extension.Receiver receiver = receivers.computeIfAbsent(connection, c -> c::write);
        extensions.next(identifier(request), receiver);
        yield Optional.empty();
      }
      case "POST init/error" -> {
        extensions.initError(identifier(request), errorType(request));
        yield Optional.of(ExtensionMessages.accepted());
      }
      case "POST exit/error" -> {
        extensions.exitError(identifier(request), errorType(request));
        yield Optional.of(ExtensionMessages.accepted());
      }
      default ->
          Optional.of(
              ExtensionMessages.error(
                  "404 Not Found", "NotFound", "The Extensions API has no such path"));
    };
  }

  /** A subscription to telemetry. The Logs API before it is not offered. */
  private byte[] subscription(HttpRequest request) throws Extension.RefusedException {
    if (!request.method().equals("PUT")) {
      return ExtensionMessages.error("404 Not Found", "NotFound", "There is no such path");
    }
    UUID id = identifier(request);
    String name = extensions.name(id);
    if (request.path().equals(LOGS) || !telemetric()) {
      // So say those of Lambda's environments that have none; extensions go on without it.
      String api = request.path().equals(LOGS) ? "Logs" : "Telemetry";
      return ExtensionMessages.error(
          "202 Accepted", api + ".NotSupported", api + " API is not supported");
    }
    TelemetryRequest asked;
    try {
      asked = TelemetryRequest.parse(request.body());
    } catch (TelemetryRequest.InvalidException e) {
      return ExtensionMessages.error(
          "400 Bad Request", "ValidationError", String.valueOf(e.getMessage()));
    }
    Telemetry telemetry = extensions.spec().telemetry().orElseThrow();
    TelemetrySubscription subscription =
        new TelemetrySubscription(
            id,
            asked.kinds(),
            asked.buffering(),
            telemetry.budget(),
            new TelemetryDestination(connector, asked.port(), asked.path()));
    if (!telemetry.subscribe(subscription)) {
      throw new Extension.RefusedException(
          "Telemetry.SubscriptionClosed", "Telemetry API subscription is closed already");
    }
    subscription.start();
    telemetry.tell(
        Telemetry.Kind.PLATFORM,
        "platform.telemetrySubscription",
        new JsonFields()
            .text("name", name)
            .text("state", "Subscribed")
            .texts("types", asked.kinds().stream().map(Telemetry.Kind::wireName).sorted().toList())
            .toString());
    return ExtensionMessages.subscribed();
  }

  private byte[] register(HttpRequest request) throws Extension.RefusedException {
    String name = request.header(NAME).orElse("");
    if (name.isEmpty() || name.length() > NAME_CHARACTERS) {
      throw new Extension.RefusedException(
          "Extension.InvalidExtensionName",
          name.isEmpty() ? "Empty extension name" : "Extension name is too long");
    }
    UUID id = extensions.register(name, events(request.body()));
    boolean account =
        List.of(request.header(FEATURES).orElse("").split("\\s*,\\s*")).contains("accountId");
    return ExtensionMessages.registered(id, extensions.spec(), account);
  }

  /** The list of events of a request to register. */
  private static List<String> events(byte[] body) throws Extension.RefusedException {
    List<String> events = new ArrayList<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("the body is no JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String member = json.currentName();
        JsonToken value = json.nextToken();
        if (member.equals("events") && value == JsonToken.START_ARRAY) {
          while (json.nextToken() == JsonToken.VALUE_STRING) {
            events.add(json.getString());
          }
          if (json.currentToken() != JsonToken.END_ARRAY) {
            throw malformed("events are texts");
          }
        } else if (member.equals("configurationKeys")
            && value == JsonToken.START_ARRAY
            && json.nextToken() != JsonToken.END_ARRAY) {
          throw malformed("configurationKeys are deprecated; use environment variables instead");
        } else if (value == JsonToken.START_ARRAY || value == JsonToken.START_OBJECT) {
          json.skipChildren();
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT) {
        throw malformed("the body is no JSON object");
      }
      return events;
    } catch (JacksonException e) {
      throw malformed("the body is no JSON object");
    }
  }

  private static Extension.RefusedException malformed(String message) {
    return new Extension.RefusedException("InvalidRequestFormat", message);
  }

  private static UUID identifier(HttpRequest request) throws Extension.RefusedException {
    Optional<String> text = request.header(IDENTIFIER).filter(value -> !value.isEmpty());
    if (text.isEmpty()) {
      throw new Extension.RefusedException(
          "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
    }
    try {
      return UUID.fromString(text.get());
    } catch (IllegalArgumentException e) {
      throw new Extension.RefusedException(
          "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
    }
  }

  private static String errorType(HttpRequest request) throws Extension.RefusedException {
    return request
        .header(ERROR_TYPE)
        .filter(type -> !type.isEmpty())
        .orElseThrow(
            () ->
                new Extension.RefusedException(
                    "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found"));
  }
}
