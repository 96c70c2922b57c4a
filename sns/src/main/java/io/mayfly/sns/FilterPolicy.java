package io.mayfly.sns;

import io.mayfly.queue.MessageAttribute;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.event.ruler.Machine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which messages of a topic a subscription gets ("Amazon SNS subscription filter policies"), by the
 * same matcher as SNS's. Safe for use by many threads.
 */
final class FilterPolicy {
  private static final Logger log = LoggerFactory.getLogger(FilterPolicy.class);
  private static final int LONGEST = 256 * 1024;

  private final Optional<Machine> machine;
  private final boolean body;

  private FilterPolicy(Optional<Machine> machine, boolean body) {
    this.machine = machine;
    this.body = body;
  }

  /**
   * Compiles a policy.
   *
   * @param body whether it is about messages' bodies, or their attributes
   * @param refusal what stands in front of the reason if it is none
   * @throws io.mayfly.aws.AwsException if it is none
   */
  static FilterPolicy compile(String text, boolean body, String refusal) {
    if (text.length() > LONGEST) {
      throw SnsErrors.invalid(refusal + "FilterPolicy: Filter policy is larger than 256 KB");
    }
    ObjectNode policy =
        Documents.object(text)
            .orElseThrow(() -> SnsErrors.invalid(refusal + "FilterPolicy: failed to parse JSON."));
    FilterRules.check(policy, body, refusal);
    if (policy.isEmpty()) {
      return new FilterPolicy(Optional.empty(), body);
    }
    try {
      Machine machine = Machine.builder().build();
      machine.addRule("match", text);
      return new FilterPolicy(Optional.of(machine), body);
    } catch (IOException | RuntimeException e) {
      throw SnsErrors.invalid(refusal + "FilterPolicy: " + reason(e));
    }
  }

  /** The matcher's words, without the place in the text. */
  private static String reason(Exception refused) {
    String message = refused.getMessage();
    return message == null
        ? "Filter policy is not valid"
        : SnsErrors.shown(message.split("\n", 2)[0]);
  }

  boolean matches(String message, Map<String, MessageAttribute> attributes) {
    if (machine.isEmpty()) {
      return true;
    }
    if (body && Documents.object(message).isEmpty()) {
      return false;
    }
    try {
      String event = body ? message : event(attributes);
      return !machine.get().rulesForJSONEvent(event).isEmpty();
    } catch (Exception e) {
      // The matcher declares that it may throw anything; what it cannot read matches nothing.
      log.debug("a message could not be matched: {}", e.toString());
      return false;
    }
  }

  /** Attributes as the matcher sees them: text, numbers and arrays; others are not looked at. */
  private static String event(Map<String, MessageAttribute> attributes) {
    ObjectNode event = Documents.empty();
    attributes.forEach(
        (name, attribute) -> {
          String text = new String(attribute.value(), StandardCharsets.UTF_8);
          if (attribute.type().equals("String.Array")) {
            Documents.read(text)
                .filter(JsonNode::isArray)
                .ifPresent(array -> put(event, name, array));
          } else if (attribute.type().equals("String") || attribute.type().startsWith("String.")) {
            event.put(name, text);
          } else if (!attribute.binary()) {
            event.put(name, new BigDecimal(text));
          }
        });
    return event.toString();
  }

  private static void put(ObjectNode event, String name, JsonNode array) {
    ArrayNode values = event.putArray(name);
    array.valueStream().filter(JsonNode::isValueNode).forEach(values::add);
  }
}
