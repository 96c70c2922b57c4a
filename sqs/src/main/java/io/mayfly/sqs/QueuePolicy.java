package io.mayfly.sqs;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The policy of a queue, with statements added and removed by their labels. */
final class QueuePolicy {
  private static final String STATEMENT = "Statement";
  private static final String SID = "Sid";

  private final ObjectNode policy;

  private QueuePolicy(ObjectNode policy) {
    this.policy = policy;
  }

  /** The policy that a queue has, or an empty one as SQS begins it. */
  static QueuePolicy of(SqsQueue queue) {
    Optional<ObjectNode> policy =
        queue.attribute(QueueAttributes.POLICY).flatMap(Documents::object);
    return new QueuePolicy(
        policy.orElseGet(
            () ->
                Documents.empty()
                    .put("Version", "2008-10-17")
                    .put("Id", queue.arn() + "/SQSDefaultPolicy")));
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

  private int find(String label) {
    ArrayNode statements = statements();
    for (int i = 0; i < statements.size(); i++) {
      if (statements.get(i).path(SID).asString("").equals(label)) {
        return i;
      }
    }
    return -1;
  }

  /** Lets accounts do something; false if there is a statement with this label. */
  boolean add(String label, List<String> principals, List<String> actions, String resource) {
    if (find(label) >= 0) {
      return false;
    }
    ObjectNode statement = statements().addObject();
    statement.put(SID, label);
    statement.put("Effect", "Allow");
    ArrayNode who = statement.putObject("Principal").putArray("AWS");
    principals.forEach(who::add);
    ArrayNode what = statement.putArray("Action");
    actions.forEach(what::add);
    statement.put("Resource", resource);
    return true;
  }

  /** Takes a statement away; false if there is none with this label. */
  boolean remove(String label) {
    int index = find(label);
    if (index < 0) {
      return false;
    }
    statements().remove(index);
    return true;
  }

  /** The policy; empty if it has no statement. */
  String text() {
    return statements().isEmpty() ? "" : policy.toString();
  }
}
