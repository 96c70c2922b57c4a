package io.mayfly.events;

import io.mayfly.model.MayflyException;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives what targets could not be told to the queues that they name for that. */
final class DeadLetters {
  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

  /** Of what went wrong, as much stands in an attribute. */
  private static final int LONGEST_MESSAGE = 1024;

  /** A target is spoken of once in this time, however many events it is not told of. */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private static final int MOST_REMEMBERED = 1000;

  private final Targets targets;
  private final EventCounts counts;
  private final InstantSource clock;
  private final Map<String, Instant> spokenOf = new ConcurrentHashMap<>();

  DeadLetters(Targets targets, EventCounts counts, InstantSource clock) {
    this.targets = targets;
    this.counts = counts;
    this.clock = clock;
  }

  /** Whether something is to be logged now, that it may not fill the log. */
  private boolean isNews(String what) {
    Instant now = clock.instant();
    if (spokenOf.size() > MOST_REMEMBERED) {
      spokenOf.clear();
    }
    if (spokenOf.getOrDefault(what, Instant.MIN).isAfter(now.minus(SILENCE))) {
      return false;
    }
    spokenOf.put(what, now);
    return true;
  }

  /** What is to be written because a target was not told; that it was not is logged and counted. */
  List<Forward> of(LiveRule rule, RuleTarget target, Event event, Failure failure) {
    counts.countFailed();
    String place = rule.arn() + " " + target.id();
    if (isNews(place)) {
      log.warn(
          "target {} of {} was not told of an event: {} (said once a minute)",
          target.id(),
          rule.arn(),
          failure.message());
    }
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
      if (isNews("dead letters of " + place)) {
        log.warn(
            "dead-letter queue {} of target {} of {} was not given an event: {} (said once a minute)",
            queue.get(),
            target.id(),
            rule.arn(),
            e.getMessage());
      }
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
