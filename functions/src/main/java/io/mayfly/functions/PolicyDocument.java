package io.mayfly.functions;

import io.mayfly.model.ResourcePolicy;
import io.mayfly.model.ResourcePolicy.Condition;
import io.mayfly.model.ResourcePolicy.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Resource policies as JSON, member for member as Lambda writes them. */
public final class PolicyDocument {
  private static final JsonMapper JSON = JsonMapper.shared();

  private PolicyDocument() {}

  /** A whole policy. */
  public static String of(ResourcePolicy policy) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("Version", "2012-10-17");
    document.put("Id", "default");
    document.put("Statement", policy.statements().stream().map(PolicyDocument::members).toList());
    return JSON.writeValueAsString(document);
  }

  /** One statement. */
  public static String of(Statement statement) {
    return JSON.writeValueAsString(members(statement));
  }

  private static Map<String, Object> members(Statement statement) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("Sid", statement.id());
    members.put("Effect", "Allow");
    members.put("Principal", principal(statement.principal()));
    members.put("Action", statement.action());
    members.put("Resource", statement.resource());
    if (!statement.conditions().isEmpty()) {
      Map<String, Map<String, String>> conditions = new LinkedHashMap<>();
      for (Condition condition : statement.conditions()) {
        conditions
            .computeIfAbsent(condition.operator(), key -> new LinkedHashMap<>())
            .put(condition.key(), condition.value());
      }
      members.put("Condition", conditions);
    }
    return members;
  }

  private static Object principal(String principal) {
    if (principal.equals(ResourcePolicy.EVERYBODY)) {
      return principal;
    }
    return Map.of(principal.startsWith("arn:") ? "AWS" : "Service", principal);
  }
}
