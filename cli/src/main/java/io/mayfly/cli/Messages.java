package io.mayfly.cli;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an error answer says. */
final class Messages {
  private Messages() {}

  static String of(int status, String body) {
    try {
      JsonNode message = JsonMapper.shared().readTree(body).path("message");
      return message.isString() ? message.stringValue() : "status " + status + ": " + body;
    } catch (JacksonException e) {
      return "status " + status + ": " + body;
    }
  }
}
