package io.mayfly.sns;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON that attributes and messages hold. */
final class Documents {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Documents() {}

  /** What a text is in JSON; empty if it is none. */
  static Optional<JsonNode> read(String text) {
    try {
      return Optional.of(JSON.readTree(text)).filter(node -> !node.isMissingNode());
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** The object that a text is; empty if it is none. */
  static Optional<ObjectNode> object(String text) {
    return read(text)
        .flatMap(
            node -> node instanceof ObjectNode object ? Optional.of(object) : Optional.empty());
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
