package io.mayfly.events;

import io.mayfly.model.MayflyException;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives what targets could not be told to the queues that they name for that. */
final class DeadLetters {
  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

  /** Of what went wrong, as much stands in an attribute. */
  private static final int LONGEST_MESSAGE = 1024;

  private final Targets targets;
  private final EventCounts counts;

  DeadLetters(Targets targets, EventCounts counts) {
    this.targets = targets;
    this.counts = counts;
  }

  /** What is to be written because a target was not told; that it was not is logged and counted. */
  List<Forward> of(LiveRule rule, RuleTarget target, Event event, Failure failure) {
    counts.countFailed();
    log.warn(
        "target {} of {} was not told of an event: {}", target.id(), rule.arn(), failure.message());
    Optional<String> queue = target.deadLetters();
    if (queue.isEmpty()) {
      return List.of();
    }
    try {
      List<Forward> forwards =
          targets.forward(
              queue.get(),
              new Sender.Service(Router.PRINCIPAL, rule.arn()),
              Notice.of(event.bytes(), attributes(rule, target, failure), event.trace()));
      counts.countDeadLettered();
      return forwards;
    } catch (UndeliverableException | MayflyException e) {
      counts.countDeadLetterFailed();
      log.warn(
          "dead-letter queue {} of target {} of {} was not given an event: {}",
          queue.get(),
          target.id(),
          rule.arn(),
          e.getMessage());
      return List.of();
    }
  }

  private static Map<String, MessageAttribute> attributes(
      LiveRule rule, RuleTarget target, Failure failure) {
    Map<String, MessageAttribute> attributes = new HashMap<>();
    attributes.put("RULE_ARN", text(rule.arn()));
    attributes.put("TARGET_ARN", text(target.arn()));
    attributes.put("ERROR_CODE", text(failure.code()));
    String message = failure.message();
    attributes.put(
        "ERROR_MESSAGE", text(message.substring(0, Math.min(message.length(), LONGEST_MESSAGE))));
    attributes.put("RETRY_ATTEMPTS", text(Integer.toString(failure.retries())));
    failure
        .exhausted()
        .ifPresent(bound -> attributes.put("EXHAUSTED_RETRY_CONDITION", text(bound)));
    return attributes;
  }

  private static MessageAttribute text(String value) {
    return new MessageAttribute("String", value.getBytes(StandardCharsets.UTF_8));
  }
}
