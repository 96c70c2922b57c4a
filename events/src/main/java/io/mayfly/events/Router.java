package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Forward;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Target;
import io.mayfly.triggers.Targets;
import io.mayfly.triggers.UndeliverableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what is to be written when an event comes to a bus: what its rules' targets are told,
 * what goes to archives, dead-letter queues and the queue of retries. Nothing is written here, so
 * that all of it can be written at once. Holds no lock; safe for use by many threads.
 */
final class Router {
  /** On whose behalf targets are told that name no role. */
  static final String PRINCIPAL = "events.amazonaws.com";

  private static final Logger log = LoggerFactory.getLogger(Router.class);

  /** The most that is written for one event, and for all of one call. */
  static final long MOST_WRITTEN = 128L << 20;

  private final EventBuses buses;
  private final Targets targets;
  private final Archives archives;
  private final Retries retries;
  private final DeadLetters deadLetters;
  private final EventCounts counts;

  Router(
      EventBuses buses,
      Targets targets,
      Archives archives,
      Retries retries,
      DeadLetters deadLetters,
      EventCounts counts) {
    this.buses = buses;
    this.targets = targets;
    this.archives = archives;
    this.retries = retries;
    this.deadLetters = deadLetters;
    this.counts = counts;
  }

  /**
   * An event on its way over buses. It passes each once: so loops of buses end, and a bus that
   * several rules name is told once.
   */
  private final class Way {
    private final Event event;
    private final Set<String> passed = new HashSet<>();
    private final Deque<String> next = new ArrayDeque<>();
    private final List<Forward> forwards = new ArrayList<>();
    private long bytes;

    /** Whether whoever sent the event is told that the next bus cannot match it. */
    private boolean asked;

    Way(Event event, boolean asked) {
      this.event = event;
      this.asked = asked;
    }

    private void add(List<Forward> more) {
      forwards.addAll(more);
      bytes += bytes(more);
      if (bytes > MOST_WRITTEN) {
        throw new AwsException(
            "LimitExceededException",
            400,
            "what the rules' targets are to be told of the event has more than %d bytes"
                .formatted(MOST_WRITTEN));
      }
    }

    void to(String bus) {
      if (passed.add(bus)) {
        next.add(bus);
      }
    }

    List<Forward> go(Predicate<LiveRule> which) {
      Predicate<LiveRule> these = which;
      for (String name = next.poll(); name != null; name = next.poll()) {
        Optional<LiveBus> bus = buses.find(name);
        if (bus.isPresent()) {
          pass(bus.get(), these);
        }
        // Only the first bus's rules were chosen, and only it can refuse the event.
        these = _ -> true;
        asked = false;
      }
      return forwards;
    }

    private void pass(LiveBus bus, Predicate<LiveRule> which) {
      Set<String> told = new HashSet<>();
      for (Matched found : find(bus)) {
        switch (found) {
          case Matched.OfRule place -> {
            LiveRule rule = place.rule();
            if (which.test(rule) && told.add(rule.rule().name())) {
              tell(rule);
            }
          }
          case Matched.OfArchive place -> {
            if (!place.removed() && !event.replayed()) {
              archives.forward(place.archive(), event).ifPresent(each -> add(List.of(each)));
            }
          }
        }
      }
    }

    private List<Matched> find(LiveBus bus) {
      try {
        return bus.find(event);
      } catch (AwsException e) {
        if (asked) {
          throw e;
        }
        counts.countFailed();
        log.warn(
            "an event from another bus cannot be matched on {}: {}",
            bus.bus().name(),
            e.getMessage());
        return List.of();
      }
    }

    void tell(LiveRule rule) {
      counts.countMatched();
      for (LiveRule.LiveTarget target : rule.targets()) {
        tell(rule, target);
      }
    }

    private void tell(LiveRule rule, LiveRule.LiveTarget target) {
      try {
        attempt(rule, target);
      } catch (UndeliverableException e) {
        add(deadLetters.of(rule, target.target(), event, Failure.of(e, 0)));
      } catch (MayflyException e) {
        add(retries.first(rule, target.target(), event, e));
      }
    }

    /**
     * Tells a target.
     *
     * @throws UndeliverableException if it cannot be told
     * @throws MayflyException if it cannot be told now
     */
    void attempt(LiveRule rule, LiveRule.LiveTarget live) {
      RuleTarget target = live.target();
      Sender sender =
          target
              .roleArn()
              .<Sender>map(Sender.Role::new)
              .orElseGet(() -> new Sender.Service(PRINCIPAL, rule.arn()));
      Target kind = targets.permitted(target.arn(), sender);
      if (kind instanceof BusTarget) {
        to(
            buses
                .arns()
                .busOf(target.arn())
                .filter(name -> buses.find(name).isPresent())
                .orElseThrow(() -> new UndeliverableException("there is no such event bus")));
      } else {
        add(
            kind.forward(
                target.arn(),
                new Notice(
                    live.input().of(event),
                    Map.of(),
                    event.trace(),
                    target.group(),
                    Optional.empty())));
      }
      counts.countDelivered();
    }
  }

  /** How many bytes are to be written, without what stands beside bodies. */
  static long bytes(List<Forward> forwards) {
    long sum = 0;
    for (Forward each : forwards) {
      sum += each.message().body().length;
    }
    return sum;
  }

  /**
   * What is to be written for an event that comes to a bus; nothing if there is no such bus.
   *
   * @throws AwsException if the event cannot be matched, or far too much would be written
   */
  List<Forward> route(Event event, String bus) {
    counts.countReceived();
    Way way = new Way(event, true);
    way.to(bus);
    return way.go(_ -> true);
  }

  /**
   * What is to be written for an event out of an archive.
   *
   * @param rules whose targets are told, by ARN; all if there are none
   */
  List<Forward> replay(Event event, String bus, Set<String> rules) {
    counts.countReplayed();
    Way way = new Way(event, true);
    way.to(bus);
    return way.go(rule -> rules.isEmpty() || rules.contains(rule.arn()));
  }

  /** What is to be written when a rule fires of itself. */
  List<Forward> fire(LiveRule rule, Event event) {
    Way way = new Way(event, false);
    way.passed.add(rule.rule().bus());
    way.tell(rule);
    return way.go(_ -> true);
  }

  /**
   * What is to be written to tell one target again.
   *
   * @throws UndeliverableException if it cannot be told
   * @throws MayflyException if it cannot be told now
   */
  List<Forward> again(LiveRule rule, LiveRule.LiveTarget target, Event event) {
    Way way = new Way(event, false);
    way.passed.add(rule.rule().bus());
    way.attempt(rule, target);
    return way.go(_ -> true);
  }
}
