package io.mayfly.testing;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON, read leniently enough for a test to look into it. */
public final class Json {
  private Json() {}

  /** Parses a whole text. */
  public static JsonNode of(String text) {
    return JsonMapper.shared().readTree(text);
  }

  /** Renders a text as a JSON string, with its quotes. */
  public static String quoted(String text) {
    return JsonMapper.shared().writeValueAsString(text);
  }
}
