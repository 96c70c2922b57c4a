package io.mayfly.sandbox;

import io.mayfly.sandbox.Telemetry.Kind;
import io.mayfly.sandbox.TelemetrySubscription.Buffering;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What an extension asks of the Telemetry API 2022-07-01 ("Telemetry API reference").
 *
 * @param path where batches are posted to; empty for lines over TCP
 */
record TelemetryRequest(Set<Kind> kinds, Buffering buffering, int port, Optional<String> path) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> SCHEMAS = Set.of("2022-07-01", "2022-12-13", "2025-01-29");
  private static final Set<String> HOSTS =
      Set.of("sandbox.localdomain", "sandbox", "localhost", "127.0.0.1");

  /** Why a request cannot be. */
  static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidException(String message) {
      super(message);
    }
  }

  /** Reads a request's body. */
  static TelemetryRequest parse(byte[] body) throws InvalidException {
    Map<String, String> values = new HashMap<>();
    List<String> types = new ArrayList<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidException("the body is no JSON object");
      }
      object(json, "", values, types);
    } catch (JacksonException e) {
      throw new InvalidException("the body is no JSON object");
    }
    if (!SCHEMAS.contains(values.getOrDefault("schemaVersion", "2022-07-01"))) {
      throw new InvalidException("schemaVersion is not supported");
    }
    String protocol = values.getOrDefault("destination.protocol", "");
    return switch (protocol) {
      case "HTTP" -> {
        URI uri = uri(values.getOrDefault("destination.URI", ""));
        String path = Optional.ofNullable(uri.getRawPath()).filter(p -> !p.isEmpty()).orElse("/");
        yield new TelemetryRequest(
            kinds(types), buffering(values), uri.getPort(), Optional.of(path));
      }
      case "TCP" ->
          new TelemetryRequest(
              kinds(types),
              buffering(values),
              number(values, "destination.port", 0, 1, 65_535),
              Optional.empty());
      default -> throw new InvalidException("destination.protocol must be HTTP or TCP");
    };
  }

  /** Members by their path; those of objects in objects that nobody knows are left. */
  private static void object(
      JsonParser json, String prefix, Map<String, String> values, List<String> types)
      throws InvalidException {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = prefix + json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_OBJECT
          && (name.equals("buffering") || name.equals("destination"))) {
        object(json, name + ".", values, types);
      } else if (value == JsonToken.START_ARRAY && name.equals("types")) {
        while (json.nextToken() == JsonToken.VALUE_STRING) {
          types.add(json.getString());
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
          throw new InvalidException("types are texts");
        }
      } else if (value == JsonToken.START_ARRAY || value == JsonToken.START_OBJECT) {
        json.skipChildren();
      } else {
        values.put(name, json.getString());
      }
    }
  }

  private static Set<Kind> kinds(List<String> types) throws InvalidException {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (String type : types) {
      switch (type.toLowerCase(Locale.ROOT)) {
        case "platform" -> kinds.add(Kind.PLATFORM);
        case "function" -> kinds.add(Kind.FUNCTION);
        case "extension" -> kinds.add(Kind.EXTENSION);
        default -> throw new InvalidException("types must be platform, function or extension");
      }
    }
    if (kinds.isEmpty()) {
      throw new InvalidException("types must name one at least");
    }
    return kinds;
  }

  private static Buffering buffering(Map<String, String> values) throws InvalidException {
    Buffering usual = Buffering.DEFAULT;
    return new Buffering(
        number(values, "buffering.maxItems", usual.maxItems(), 1_000, 10_000),
        number(values, "buffering.maxBytes", usual.maxBytes(), 262_144, 1_048_576),
        number(values, "buffering.timeoutMs", usual.timeoutMillis(), 25, 30_000));
  }

  private static int number(
      Map<String, String> values, String name, int otherwise, int least, int most)
      throws InvalidException {
    String text = values.getOrDefault(name, Integer.toString(otherwise));
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new InvalidException("%s must be from %d to %d".formatted(name, least, most));
  }

  private static URI uri(String text) throws InvalidException {
    try {
      URI uri = URI.create(text);
      if ("http".equals(uri.getScheme())
          && uri.getHost() != null
          && HOSTS.contains(uri.getHost())
          && uri.getPort() > 0
          && uri.getPort() <= 65_535) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new InvalidException("destination.URI must be http://sandbox.localdomain:PORT");
  }
}
