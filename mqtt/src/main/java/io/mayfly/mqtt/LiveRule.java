package io.mayfly.mqtt;

import io.mayfly.model.Account;
import io.mayfly.model.TopicRule;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A rule that is in force, with what has been made of it. Safe for use by many threads.
 *
 * @param sender on whose behalf targets are told
 */
record LiveRule(TopicRule rule, Optional<PayloadPattern> pattern, Sender sender) {
  private static final String SERVICE = "iot.amazonaws.com";
  private static final Pattern GROUP = Pattern.compile("[\\x21-\\x7E]{1,128}");

  /**
   * What event buses, which have both of every event, are told: all but the payload is in these.
   */
  private static final Map<String, MessageAttribute> EVENT =
      Map.of("Source", attribute("mayfly.mqtt"), "DetailType", attribute("MQTT Message"));

  static LiveRule of(TopicRule rule, Account account) {
    return new LiveRule(
        rule,
        rule.pattern().map(PayloadPattern::new),
        rule.role()
            .<Sender>map(Sender.Role::new)
            .orElseGet(() -> new Sender.Service(SERVICE, rule.arn(account))));
  }

  /**
   * Whether the rule is about a payload.
   *
   * @throws PayloadPattern.TooManyException if finding out would take long
   */
  boolean matches(Payload payload) {
    return pattern.isEmpty() || payload.json().filter(pattern.get()::matches).isPresent();
  }

  /**
   * What a target is told. Queues and topics that keep an order keep that of each client; as two
   * messages of one client are often the same, none is taken for another.
   */
  static Notice notice(String target, byte[] body, String client, String trace) {
    return new Notice(
        body,
        target.startsWith("arn:aws:events:") ? EVENT : Map.of(),
        trace,
        Optional.of(client).filter(id -> GROUP.matcher(id).matches()),
        Optional.of(UUID.randomUUID().toString()));
  }

  private static MessageAttribute attribute(String text) {
    return new MessageAttribute("String", text.getBytes(StandardCharsets.UTF_8));
  }
}
