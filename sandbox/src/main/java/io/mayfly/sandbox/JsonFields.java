package io.mayfly.sandbox;

import java.time.Duration;
import java.util.List;

/** A JSON object that is being written, member by member, in their order. For one thread. */
public final class JsonFields {
  private static final double NANOS_PER_MILLI = 1_000_000;

  private final StringBuilder json = new StringBuilder("{");

  public JsonFields text(String name, String value) {
    name(name).append('"');
    escape(json, value);
    json.append('"');
    return this;
  }

  /** A list of texts. */
  public JsonFields texts(String name, List<String> values) {
    name(name).append('[');
    for (int i = 0; i < values.size(); i++) {
      json.append(i == 0 ? "\"" : ",\"");
      escape(json, values.get(i));
      json.append('"');
    }
    json.append(']');
    return this;
  }

  public JsonFields number(String name, long value) {
    name(name).append(value);
    return this;
  }

  /** Milliseconds with three decimals. */
  public JsonFields millis(String name, Duration duration) {
    name(name).append(Math.round(duration.toNanos() / NANOS_PER_MILLI * 1000) / 1000.0);
    return this;
  }

  public JsonFields object(String name, JsonFields value) {
    name(name).append(value);
    return this;
  }

  private StringBuilder name(String name) {
    json.append(json.length() == 1 ? "\"" : ",\"");
    escape(json, name);
    return json.append("\":");
  }

  /** The object as it is now. */
  @Override
  public String toString() {
    return json + "}";
  }

  private static void escape(StringBuilder result, String text) {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      switch (character) {
        case '"' -> result.append("\\\"");
        case '\\' -> result.append("\\\\");
        default -> {
          if (character < ' ') {
            result
                .append("\\u00")
                .append(Character.forDigit(character >> 4, 16))
                .append(Character.forDigit(character & 0xf, 16));
          } else {
            result.append(character);
          }
        }
      }
    }
  }
}
