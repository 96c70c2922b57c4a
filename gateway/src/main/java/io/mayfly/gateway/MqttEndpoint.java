package io.mayfly.gateway;

import io.mayfly.aws.Access;
import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.WireRequest;
import io.mayfly.model.Account;
import io.mayfly.model.TopicRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rules by which what devices publish over MQTT is brought to targets.
 *
 * <ul>
 *   <li>{@code GET /_mayfly/mqtt}: port and connections
 *   <li>{@code GET /_mayfly/mqtt/rules}: all, as a JSON array
 *   <li>{@code PUT /_mayfly/mqtt/rules/NAME}: makes or changes one, with a JSON object of {@code
 *       topic}, {@code to} (ARNs), and, as wanted, {@code role}, {@code pattern}, {@code
 *       errorQueue}, {@code withTopic}, {@code enabled}; the answer names what would keep targets
 *       from being told
 *   <li>{@code DELETE /_mayfly/mqtt/rules/NAME}
 * </ul>
 *
 * Sessions need the permissions that AWS IoT wants for the same.
 */
final class MqttEndpoint {
  static final String PATH = "/_mayfly/mqtt";

  private static final String RULES = PATH + "/rules";
  private static final Set<String> MEMBERS =
      Set.of("topic", "to", "role", "pattern", "errorQueue", "withTopic", "enabled");

  private final Authorizer authorizer;
  private final JsonMapper json = JsonMapper.shared();

  MqttEndpoint(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  /**
   * Answers.
   *
   * @throws AwsException if the caller may not, or what is asked cannot be done
   */
  HttpResponse handle(WireRequest request, Caller caller, Account account, MqttTable mqtt) {
    String path = request.path();
    if (path.equals(PATH) || path.equals(RULES)) {
      if (!request.method().equals("GET")) {
        throw new AwsException("MethodNotAllowed", 405, "only GET is possible here");
      }
      authorize(caller, "iot:ListTopicRules", "*");
      return answer(
          path.equals(PATH)
              ? status(mqtt)
              : mqtt.rules().stream().map(rule -> row(rule, account)).toList());
    }
    if (!path.startsWith(RULES + "/")) {
      throw new AwsException("NotFound", 404, "there is no endpoint " + path);
    }
    String name = path.substring(RULES.length() + 1);
    String arn = TopicRule.arn(account, name);
    return switch (request.method()) {
      case "PUT" -> {
        authorize(caller, "iot:CreateTopicRule", arn);
        TopicRule rule = rule(name, request.body());
        rule.role().ifPresent(role -> authorize(caller, "iam:PassRole", role));
        yield answer(Map.of("obstacles", mqtt.put(rule)));
      }
      case "DELETE" -> {
        authorize(caller, "iot:DeleteTopicRule", arn);
        mqtt.remove(name);
        yield answer(Map.of());
      }
      default -> throw new AwsException("MethodNotAllowed", 405, "PUT and DELETE are possible");
    };
  }

  private void authorize(Caller caller, String action, String resource) {
    authorizer.authorize(caller, () -> new Access(action, resource));
  }

  private static Map<String, Object> status(MqttTable mqtt) {
    MqttTable.Status status = mqtt.status();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("listening", status.port().isPresent());
    status.port().ifPresent(port -> row.put("port", port));
    row.put("connections", status.connections());
    row.put("rules", mqtt.rules().size());
    return row;
  }

  private Map<String, Object> row(TopicRule rule, Account account) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", rule.name());
    row.put("arn", rule.arn(account));
    row.put("topic", rule.filter());
    row.put("to", rule.targets());
    rule.role().ifPresent(role -> row.put("role", role));
    rule.pattern().ifPresent(pattern -> row.put("pattern", json.readTree(pattern)));
    rule.errorQueue().ifPresent(queue -> row.put("errorQueue", queue));
    row.put("withTopic", rule.withTopic());
    row.put("enabled", rule.enabled());
    return row;
  }

  private TopicRule rule(String name, byte[] body) {
    try {
      JsonNode given = json.readTree(body);
      if (!given.isObject()) {
        throw invalid("the body is no JSON object");
      }
      for (String member : given.propertyNames()) {
        if (!MEMBERS.contains(member)) {
          throw invalid("a rule has no '%s'".formatted(member));
        }
      }
      JsonNode pattern = given.path("pattern");
      if (!pattern.isMissingNode() && !pattern.isObject()) {
        throw invalid("'pattern' is a JSON object");
      }
      return new TopicRule(
          name,
          text(given, "topic").orElseThrow(() -> invalid("say which topic")),
          targets(given.path("to")),
          text(given, "role"),
          Optional.of(pattern).filter(JsonNode::isObject).map(JsonNode::toString),
          text(given, "errorQueue"),
          flag(given, "withTopic", false),
          flag(given, "enabled", true));
    } catch (JacksonException e) {
      throw invalid("the body is no JSON: " + e.getOriginalMessage());
    }
  }

  private static List<String> targets(JsonNode to) {
    if (!to.isArray() || !to.valueStream().allMatch(JsonNode::isString)) {
      throw invalid("'to' is an array of ARNs");
    }
    return to.valueStream().map(JsonNode::stringValue).toList();
  }

  private static Optional<String> text(JsonNode given, String name) {
    JsonNode value = given.path(name);
    if (!value.isMissingNode() && !value.isString()) {
      throw invalid("'%s' is a text".formatted(name));
    }
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  private static boolean flag(JsonNode given, String name, boolean otherwise) {
    JsonNode value = given.path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw invalid("'%s' is true or false".formatted(name));
    }
    return value.isBoolean() ? value.booleanValue() : otherwise;
  }

  private static AwsException invalid(String message) {
    return new AwsException("InvalidInput", 400, message);
  }

  private HttpResponse answer(Object value) {
    return HttpResponse.json(200, json.writeValueAsString(value));
  }
}
