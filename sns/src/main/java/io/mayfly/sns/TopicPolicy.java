package io.mayfly.sns;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The policy of a topic, with statements added and removed by their labels. */
final class TopicPolicy {
  private static final String STATEMENT = "Statement";
  private static final String SID = "Sid";

  /** What the default policy lets the owner do. */
  private static final List<String> OWNERS =
      List.of(
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish");

  private final ObjectNode policy;

  private TopicPolicy(ObjectNode policy) {
    this.policy = policy;
  }

  static TopicPolicy parse(String text) {
    return new TopicPolicy(Documents.object(text).orElseGet(Documents::empty));
  }

  /** What a topic shows as its policy before it has one: it allows nobody but the owner. */
  static TopicPolicy standard(String topicArn, String account) {
    ObjectNode policy =
        Documents.empty().put("Version", "2008-10-17").put("Id", "__default_policy_ID");
    ObjectNode statement =
        policy
            .putArray(STATEMENT)
            .addObject()
            .put(SID, "__default_statement_ID")
            .put("Effect", "Allow");
    statement.putObject("Principal").put("AWS", "*");
    ArrayNode actions = statement.putArray("Action");
    OWNERS.forEach(actions::add);
    statement.put("Resource", topicArn);
    statement.putObject("Condition").putObject("StringEquals").put("AWS:SourceOwner", account);
    return new TopicPolicy(policy);
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
  boolean add(String label, List<String> accounts, List<String> actions, String resource) {
    if (find(label) >= 0) {
      return false;
    }
    ObjectNode statement = statements().addObject().put(SID, label).put("Effect", "Allow");
    ArrayNode who = statement.putObject("Principal").putArray("AWS");
    accounts.forEach(account -> who.add("arn:aws:iam::%s:root".formatted(account)));
    ArrayNode what = statement.putArray("Action");
    actions.forEach(action -> what.add("SNS:" + action));
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
