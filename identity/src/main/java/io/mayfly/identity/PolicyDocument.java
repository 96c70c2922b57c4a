package io.mayfly.identity;

import io.mayfly.model.Glob;
import io.mayfly.model.PolicyCondition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A policy ("Grammar of the IAM JSON policy language"). A condition of which nothing is known here
 * never lets anybody do something, and never saves anybody from a denial.
 */
record PolicyDocument(List<Statement> statements) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");
  private static final Set<String> PARTS =
      Set.of(
          "Sid",
          "Effect",
          "Principal",
          "NotPrincipal",
          "Action",
          "NotAction",
          "Resource",
          "NotResource",
          "Condition");

  /** What a policy is for, which decides what its statements must and must not say. */
  enum Use {
    /** Says what its holder may do, with which resources. */
    IDENTITY,
    /** Says who may assume a role. */
    TRUST,
    /** Says who may do what with the one thing that it belongs to. */
    RESOURCE
  }

  /**
   * One statement.
   *
   * @param butActions whether all actions but those named are meant
   * @param butResources whether all resources but those named are meant
   * @param principals who is meant, by kind ({@code AWS}, {@code Service}, ...); {@code *} for all
   * @param conditions which must all hold
   */
  record Statement(
      boolean allow,
      List<String> actions,
      boolean butActions,
      List<String> resources,
      boolean butResources,
      Map<String, List<String>> principals,
      List<PolicyCondition> conditions) {
    boolean speaksOf(String action, String resource) {
      return meansAction(action)
          && resources.stream().anyMatch(each -> Glob.matches(each, resource)) != butResources;
    }

    /** Whether it counts for a request of which so much is known, by key. */
    boolean counts(Map<String, String> request) {
      return conditions.stream().allMatch(each -> each.holds(request).orElse(!allow));
    }

    boolean meansAction(String action) {
      String name = action.toLowerCase(Locale.ROOT);
      return actions.stream().anyMatch(each -> Glob.matches(each.toLowerCase(Locale.ROOT), name))
          != butActions;
    }
  }

  /** What follows from one or more policies. */
  enum Decision {
    ALLOWED,
    DENIED,
    /** None of them says anything of it. */
    SILENT
  }

  Decision decide(String action, String resource) {
    Decision decision = Decision.SILENT;
    for (Statement statement : statements) {
      if (statement.speaksOf(action, resource)) {
        if (!statement.counts(Map.of())) {
          continue;
        }
        if (!statement.allow()) {
          return Decision.DENIED;
        }
        decision = Decision.ALLOWED;
      }
    }
    return decision;
  }

  /**
   * What a resource's policy says of an action on it.
   *
   * @param names of who asks, which a statement that allows something must mean
   * @param groups that he belongs to, which a statement that denies something may mean as well
   */
  Decision decide(String action, String resource, List<String> names, List<String> groups) {
    Decision decision = Decision.SILENT;
    for (Statement statement : statements) {
      if (!statement.speaksOf(action, resource)) {
        continue;
      }
      boolean meant = means(statement, names);
      if (!statement.allow() && (meant || means(statement, groups))) {
        return Decision.DENIED;
      }
      if (statement.allow() && meant && statement.counts(Map.of())) {
        decision = Decision.ALLOWED;
      }
    }
    return decision;
  }

  /**
   * What a resource's policy says of an action that a service would do on it.
   *
   * @param service its host name
   * @param request what else is known, by key in small letters
   */
  Decision decideService(
      String action, String resource, String service, Map<String, String> request) {
    Decision decision = Decision.SILENT;
    for (Statement statement : statements) {
      if (statement.speaksOf(action, resource)
          && meansService(statement, service)
          && statement.counts(request)) {
        if (!statement.allow()) {
          return Decision.DENIED;
        }
        decision = Decision.ALLOWED;
      }
    }
    return decision;
  }

  private static boolean meansService(Statement statement, String service) {
    return statement.principals().getOrDefault("AWS", List.of()).contains("*")
        || statement.principals().getOrDefault("Service", List.of()).stream()
            .anyMatch(each -> each.equals("*") || each.equals(service));
  }

  /**
   * Reads a policy.
   *
   * @throws io.mayfly.aws.AwsException {@code MalformedPolicyDocument} if it is none
   */
  static PolicyDocument parse(String text, Use use) {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JacksonException e) {
      throw IdentityErrors.malformed("This policy contains invalid Json");
    }
    if (!root.isObject()) {
      throw IdentityErrors.malformed("This policy contains invalid Json");
    }
    String version = root.path("Version").asString("2008-10-17");
    if (!VERSIONS.contains(version)) {
      throw IdentityErrors.malformed("The policy's Version must be 2012-10-17 or 2008-10-17.");
    }
    for (String name : root.propertyNames()) {
      if (!Set.of("Version", "Id", "Statement").contains(name)) {
        throw IdentityErrors.malformed("Syntax errors in policy: there is no element " + name);
      }
    }
    JsonNode statement = root.path("Statement");
    List<Statement> statements = new ArrayList<>();
    if (statement.isObject()) {
      statements.add(statement(statement, use));
    } else if (statement.isArray()) {
      statement.forEach(each -> statements.add(statement(each, use)));
    }
    if (statements.isEmpty()) {
      throw IdentityErrors.malformed("Syntax errors in policy: it has no Statement.");
    }
    return new PolicyDocument(List.copyOf(statements));
  }

  private static Statement statement(JsonNode node, Use use) {
    if (!node.isObject()) {
      throw IdentityErrors.malformed("Syntax errors in policy: a Statement is an object.");
    }
    for (String name : node.propertyNames()) {
      if (!PARTS.contains(name)) {
        throw IdentityErrors.malformed("Syntax errors in policy: there is no element " + name);
      }
    }
    String effect = node.path("Effect").asString("");
    if (!effect.equals("Allow") && !effect.equals("Deny")) {
      throw IdentityErrors.malformed("Syntax errors in policy: Effect must be Allow or Deny.");
    }
    if (node.has("Action") == node.has("NotAction")) {
      throw IdentityErrors.malformed("Policy statement must contain actions.");
    }
    boolean butActions = node.has("NotAction");
    List<String> actions = texts(node, butActions ? "NotAction" : "Action");
    for (String action : actions) {
      if (!action.equals("*") && !action.matches("[A-Za-z0-9-]+:[A-Za-z0-9*?]+")) {
        throw IdentityErrors.malformed(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      }
    }
    List<PolicyCondition> conditions = conditions(node);
    boolean allow = effect.equals("Allow");
    return switch (use) {
      case TRUST -> trust(node, allow, actions, butActions, conditions);
      case IDENTITY -> identity(node, allow, actions, butActions, conditions);
      case RESOURCE -> resource(node, allow, actions, butActions, conditions);
    };
  }

  private static Statement trust(
      JsonNode node,
      boolean allow,
      List<String> actions,
      boolean butActions,
      List<PolicyCondition> conditions) {
    if (node.has("Resource") || node.has("NotResource")) {
      throw IdentityErrors.malformed("Has prohibited field Resource");
    }
    if (node.has("NotPrincipal")) {
      throw IdentityErrors.malformed("Allow with NotPrincipal is not allowed.");
    }
    return new Statement(
        allow, actions, butActions, List.of("*"), false, principals(node), conditions);
  }

  private static Statement resource(
      JsonNode node,
      boolean allow,
      List<String> actions,
      boolean butActions,
      List<PolicyCondition> conditions) {
    if (node.has("NotPrincipal")) {
      throw IdentityErrors.malformed("NotPrincipal is not supported yet by Mayfly.");
    }
    if (node.has("Resource") == node.has("NotResource")) {
      throw IdentityErrors.malformed("Policy statement must contain resources.");
    }
    boolean butResources = node.has("NotResource");
    return new Statement(
        allow,
        actions,
        butActions,
        texts(node, butResources ? "NotResource" : "Resource"),
        butResources,
        principals(node),
        conditions);
  }

  private static Statement identity(
      JsonNode node,
      boolean allow,
      List<String> actions,
      boolean butActions,
      List<PolicyCondition> conditions) {
    if (node.has("Principal") || node.has("NotPrincipal")) {
      throw IdentityErrors.malformed("Policy document should not specify a principal.");
    }
    if (node.has("Resource") == node.has("NotResource")) {
      throw IdentityErrors.malformed("Policy statement must contain resources.");
    }
    boolean butResources = node.has("NotResource");
    List<String> resources = texts(node, butResources ? "NotResource" : "Resource");
    for (String resource : resources) {
      if (!resource.equals("*") && !resource.startsWith("arn:")) {
        throw IdentityErrors.malformed(
            "Resource %s must be in ARN format or \"*\".".formatted(resource));
      }
    }
    return new Statement(allow, actions, butActions, resources, butResources, Map.of(), conditions);
  }

  private static List<PolicyCondition> conditions(JsonNode node) {
    JsonNode operators = node.path("Condition");
    if (!operators.isMissingNode() && !operators.isObject()) {
      throw IdentityErrors.malformed("Syntax errors in policy: Condition is an object.");
    }
    List<PolicyCondition> found = new ArrayList<>();
    for (String operator : operators.propertyNames()) {
      JsonNode keys = operators.path(operator);
      if (!keys.isObject()) {
        throw IdentityErrors.malformed(
            "Syntax errors in policy: Condition's " + operator + " is an object.");
      }
      for (String key : keys.propertyNames()) {
        JsonNode value = keys.path(key);
        List<String> values = new ArrayList<>();
        (value.isArray() ? value : List.of(value)).forEach(each -> values.add(each.asString("")));
        found.add(new PolicyCondition(operator, key, values));
      }
    }
    return List.copyOf(found);
  }

  private static Map<String, List<String>> principals(JsonNode node) {
    JsonNode principal = node.path("Principal");
    if (principal.isString() && principal.asString().equals("*")) {
      return Map.of("AWS", List.of("*"));
    }
    if (!principal.isObject() || principal.isEmpty()) {
      throw IdentityErrors.malformed("Missing required field Principal");
    }
    Map<String, List<String>> result = new HashMap<>();
    for (String kind : principal.propertyNames()) {
      if (!Set.of("AWS", "Service", "Federated", "CanonicalUser").contains(kind)) {
        throw IdentityErrors.malformed("Invalid principal in policy: \"" + kind + "\"");
      }
      result.put(kind, texts(principal, kind));
    }
    return Map.copyOf(result);
  }

  /** The texts of an element that may hold one or a list. */
  private static List<String> texts(JsonNode node, String name) {
    JsonNode value = node.path(name);
    List<String> found = new ArrayList<>();
    if (value.isString()) {
      found.add(value.asString());
    } else if (value.isArray()) {
      for (JsonNode each : value) {
        if (!each.isString()) {
          throw IdentityErrors.malformed("Syntax errors in policy: " + name + " holds texts.");
        }
        found.add(each.asString());
      }
    }
    if (found.isEmpty()) {
      throw IdentityErrors.malformed("Syntax errors in policy: " + name + " holds nothing.");
    }
    return List.copyOf(found);
  }

  /**
   * Whether a trust policy lets somebody assume its role.
   *
   * @param principals all names of who asks: the ARN, the role's ARN, the account
   */
  boolean trusts(List<String> principals) {
    Optional<Statement> no =
        statements.stream()
            .filter(each -> !each.allow() && each.meansAction("sts:AssumeRole"))
            .filter(each -> means(each, principals))
            .findFirst();
    return no.isEmpty()
        && statements.stream()
            .filter(each -> each.allow() && each.counts(Map.of()))
            .filter(each -> each.meansAction("sts:AssumeRole"))
            .anyMatch(each -> means(each, principals));
  }

  private static boolean means(Statement statement, List<String> principals) {
    return statement.principals().getOrDefault("AWS", List.of()).stream()
        .anyMatch(each -> each.equals("*") || principals.contains(each));
  }
}
