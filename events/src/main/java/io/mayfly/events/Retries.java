package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.ErrorCode.Category;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.Queues;
import io.mayfly.triggers.UndeliverableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells targets again that could not be told at once, from a durable queue of its own: after some
 * seconds, later after some minutes, until the target's retry policy ends it. What a try leads to
 * is written in the transaction that takes the event out of the queue, so it is in one place at any
 * time. Safe for use by many threads.
 */
final class Retries implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Retries.class);
  private static final String QUEUE = "events/retries";

  /** "RetryPolicy" in the API reference, as the next. */
  private static final int MOST_ATTEMPTS = 185;

  private static final int OLDEST_SECONDS = 86_400;

  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final long FIRST_DELAY = 1_000;
  private static final long LONGEST_DELAY = 600_000;
  private static final int MOST_DOUBLINGS = 20;

  private static final String RULE = "Rule";
  private static final String TARGET = "Target";
  private static final String ATTEMPTS = "Attempts";
  private static final String FIRST = "First";
  private static final String INGESTED = "Ingested";
  private static final String TRACE = "AWSTraceHeader";
  private static final String REPLAYED = "Replayed";

  private final EventBuses buses;
  private final Drain drain;
  private final DeadLetters deadLetters;
  private final EventCounts counts;
  private final RandomGenerator random;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  /** An event for one target, as it lies in the queue. */
  private record Pending(RuleKey rule, String target, Event event, int attempts, Instant first) {
    static Pending of(Delivery delivery) {
      Map<String, String> system = delivery.system();
      return new Pending(
          RuleKey.parse(system.getOrDefault(RULE, "/")),
          system.getOrDefault(TARGET, ""),
          new Event(
              new String(delivery.body(), StandardCharsets.UTF_8),
              time(system, INGESTED),
              system.getOrDefault(TRACE, ""),
              system.containsKey(REPLAYED)),
          Integer.parseInt(system.getOrDefault(ATTEMPTS, "0")),
          time(system, FIRST));
    }

    private static Instant time(Map<String, String> system, String name) {
      return Instant.ofEpochMilli(Long.parseLong(system.getOrDefault(name, "0")));
    }

    Map<String, String> system() {
      Map<String, String> system =
          new HashMap<>(
              Map.of(
                  RULE, rule.toString(),
                  TARGET, target,
                  ATTEMPTS, Integer.toString(attempts),
                  FIRST, Long.toString(first.toEpochMilli()),
                  INGESTED, Long.toString(event.ingested().toEpochMilli()),
                  TRACE, event.trace()));
      if (event.replayed()) {
        system.put(REPLAYED, "");
      }
      return system;
    }
  }

  Retries(
      EventBuses buses,
      Queues queues,
      DeadLetters deadLetters,
      EventCounts counts,
      RandomGenerator random,
      Supplier<UUID> ids,
      Executor tasks) {
    this.buses = buses;
    this.drain = new Drain(queues, QUEUE, LEASE, tasks);
    this.deadLetters = deadLetters;
    this.counts = counts;
    this.random = random;
    this.ids = ids;
    this.clock = buses.clock();
  }

  /** Begins to tell again. */
  void start(Router router) {
    drain.start(delivery -> again(router, delivery));
  }

  @Override
  public void close() {
    drain.close();
  }

  /** How many targets wait to be told again. */
  long waiting() {
    return drain.size();
  }

  /** What is to be written when a target could not be told the first time. */
  List<Forward> first(LiveRule rule, RuleTarget target, Event event, MayflyException e) {
    return next(
        rule, target, new Pending(rule.rule().key(), target.id(), event, 0, clock.instant()), e);
  }

  /** What is to be written when a target could not be told, after so many attempts again. */
  private List<Forward> next(LiveRule rule, RuleTarget target, Pending pending, MayflyException e) {
    Failure failure = Failure.of(e, pending.attempts());
    if (e.code().category() == Category.USER) {
      return deadLetters.of(rule, target, pending.event(), failure);
    }
    Optional<RuleTarget.Retry> policy = target.retryPolicy();
    int most = policy.flatMap(RuleTarget.Retry::maximumRetryAttempts).orElse(MOST_ATTEMPTS);
    int oldest = policy.flatMap(RuleTarget.Retry::maximumEventAgeInSeconds).orElse(OLDEST_SECONDS);
    if (pending.attempts() >= most) {
      return deadLetters.of(rule, target, pending.event(), failure.exhausted(Failure.MOST_RETRIES));
    }
    Duration delay = delay(pending.attempts(), random);
    if (clock.instant().plus(delay).isAfter(pending.first().plusSeconds(oldest))) {
      return deadLetters.of(rule, target, pending.event(), failure.exhausted(Failure.OLDEST));
    }
    counts.countRetried();
    return List.of(
        new Forward(
            drain.queue(),
            new NewMessage(
                ids.get(),
                pending.event().bytes(),
                Map.of(),
                pending.system(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(delay))));
  }

  /** Twice as long each time, and up to half as long again, so that many do not come at once. */
  static Duration delay(int attempts, RandomGenerator random) {
    long base = Math.min(LONGEST_DELAY, FIRST_DELAY << Math.min(attempts, MOST_DOUBLINGS));
    return Duration.ofMillis(base + random.nextLong(base / 2));
  }

  private void again(Router router, Delivery delivery) {
    Pending pending = Pending.of(delivery);
    Optional<LiveRule> rule = buses.rule(pending.rule());
    Optional<LiveRule.LiveTarget> target = rule.flatMap(each -> each.target(pending.target()));
    List<Forward> forwards;
    if (rule.isEmpty() || target.isEmpty()) {
      log.info(
          "target {} of rule {} is gone, and is not told of an event",
          pending.target(),
          pending.rule());
      forwards = List.of();
    } else {
      forwards = again(router, rule.get(), target.get(), pending);
    }
    var _ = Waiting.on(drain.queue().delete(List.of(delivery.receipt()), forwards));
  }

  private List<Forward> again(
      Router router, LiveRule rule, LiveRule.LiveTarget target, Pending pending) {
    int attempts = pending.attempts() + 1;
    try {
      return router.again(rule, target, pending.event());
    } catch (UndeliverableException e) {
      return deadLetters.of(rule, target.target(), pending.event(), Failure.of(e, attempts));
    } catch (AwsException e) {
      return deadLetters.of(
          rule,
          target.target(),
          pending.event(),
          new Failure(
              "INVALID_PARAMETER", String.valueOf(e.getMessage()), Optional.empty(), attempts));
    } catch (MayflyException e) {
      return next(
          rule,
          target.target(),
          new Pending(pending.rule(), pending.target(), pending.event(), attempts, pending.first()),
          e);
    }
  }
}
