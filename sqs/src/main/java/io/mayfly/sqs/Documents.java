package io.mayfly.sqs;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON that attributes hold. */
final class Documents {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Documents() {}

  /** The object that a text is; empty if it is none. */
  static Optional<ObjectNode> object(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      return node instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** An object without members. */
  static ObjectNode empty() {
    return JSON.createObjectNode();
  }

  /** Whether two values are the same text or say the same in JSON. */
  static boolean same(String one, String other) {
    return one.equals(other) || (object(one).isPresent() && object(one).equals(object(other)));
  }
}
