package io.mayfly.events;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The policy of a bus, with statements put and removed by their ids. */
final class BusPolicy {
  /** "Amazon EventBridge quotas" in the user guide. */
  static final int LONGEST = 10_240;

  private static final String STATEMENT = "Statement";
  private static final String SID = "Sid";

  private final ObjectNode policy;

  private BusPolicy(ObjectNode policy) {
    this.policy = policy;
  }

  /** The policy that a bus has, or one that allows nobody. */
  static BusPolicy of(Bus bus) {
    return new BusPolicy(
        bus.policy()
            .flatMap(BusPolicy::object)
            .orElseGet(() -> Json.MAPPER.createObjectNode().put("Version", "2012-10-17")));
  }

  private static Optional<ObjectNode> object(String text) {
    try {
      return Json.read(text) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private ArrayNode statements() {
    JsonNode now = policy.path(STATEMENT);
    if (now instanceof ArrayNode array) {
      return array;
    }
    ArrayNode array = policy.putArray(STATEMENT);
    if (now.isObject()) {
      array.add(now);
    }
    return array;
  }

  /**
   * Lets somebody put events on the bus; replaces the statement that has this id.
   *
   * @param principal an account, or {@code *}
   * @param condition under which; its type, key and value
   */
  void put(
      String id,
      String principal,
      String action,
      String resource,
      Optional<PutPermission.Condition> condition) {
    var _ = remove(id);
    ObjectNode statement = statements().addObject();
    statement.put(SID, id).put("Effect", "Allow");
    if (principal.equals("*")) {
      statement.put("Principal", principal);
    } else {
      statement.putObject("Principal").put("AWS", "arn:aws:iam::%s:root".formatted(principal));
    }
    statement.put("Action", action).put("Resource", resource);
    condition.ifPresent(
        each ->
            statement.putObject("Condition").putObject(each.type()).put(each.key(), each.value()));
  }

  /** Takes a statement away; false if there is none with this id. */
  boolean remove(String id) {
    ArrayNode statements = statements();
    for (int i = 0; i < statements.size(); i++) {
      if (statements.get(i).path(SID).asString("").equals(id)) {
        statements.remove(i);
        return true;
      }
    }
    return false;
  }

  /** The policy; nothing if it has no statement. */
  Optional<String> text() {
    return statements().isEmpty() ? Optional.empty() : Optional.of(policy.toString());
  }
}
