package io.mayfly.events;

import io.mayfly.aws.Access;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.queue.Forward;
import io.mayfly.queue.Queues;
import io.mayfly.store.EventBusStore;
import io.mayfly.triggers.Targets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * An account's event buses at work: events are matched, targets told, now and again, and events
 * archived and replayed. Takes up what was under way when the platform ended. Safe for use by many
 * threads.
 */
public final class EventBridge implements Schedules.Firing, AutoCloseable {
  private static final long VERSION_MASK = 0xffff_ffff_ffff_0fffL;
  private static final long VERSION = 0x4000L;
  private static final long VARIANT_MASK = 0x3fff_ffff_ffff_ffffL;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private final EventBuses buses;
  private final EventCounts counts = new EventCounts();
  private final Archives archives;
  private final Replays replays;
  private final Retries retries;
  private final Router router;
  private final Publisher publisher;
  private final CloudEvents cloudEvents;

  /**
   * Begins.
   *
   * @param targets whom rules can tell; gets the buses themselves as one kind more
   * @param random for ids, which must not meet and may be guessed
   */
  public EventBridge(
      EventBuses buses,
      EventBusStore store,
      Queues queues,
      Targets targets,
      RandomGenerator random) {
    this(
        buses,
        store,
        queues,
        targets,
        random,
        task -> Thread.ofVirtual().name("mayfly-event-bus").start(task));
  }

  /**
   * @param tasks runs what may block, and never refuses
   */
  EventBridge(
      EventBuses buses,
      EventBusStore store,
      Queues queues,
      Targets targets,
      RandomGenerator random,
      Executor tasks) {
    this.buses = buses;
    DeadLetters deadLetters = new DeadLetters(targets, counts, buses.clock());
    this.archives = new Archives(buses, store, queues, counts, () -> id(random));
    this.retries = new Retries(buses, queues, deadLetters, counts, random, () -> id(random), tasks);
    this.router = new Router(buses, targets, archives, retries, deadLetters, counts);
    this.replays = new Replays(buses, archives, store, queues, () -> id(random), tasks);
    this.publisher = new Publisher(buses, router, queues, random, () -> id(random));
    this.cloudEvents = new CloudEvents(buses, publisher);
    targets.add(
        "events",
        new Targets.Kind(BusTarget.ACTION, new BusTarget(buses, router, () -> id(random))));
    retries.start(router);
    replays.start(router);
  }

  /** A random id of version 4 (RFC 9562). */
  private static UUID id(RandomGenerator random) {
    return new UUID(
        (random.nextLong() & VERSION_MASK) | VERSION, (random.nextLong() & VARIANT_MASK) | VARIANT);
  }

  EventBuses buses() {
    return buses;
  }

  Archives archives() {
    return archives;
  }

  Replays replays() {
    return replays;
  }

  Publisher publisher() {
    return publisher;
  }

  /** What has come of events. */
  public EventCounts counts() {
    return counts;
  }

  /** How many targets wait to be told again. */
  public long retrying() {
    return retries.waiting();
  }

  @Override
  public List<Forward> fire(String ruleArn, Instant time) {
    return enabled(ruleArn)
        .map(rule -> router.fire(rule, publisher.scheduled(ruleArn, time)))
        .orElse(List.of());
  }

  /** The ARNs of whom a rule tells; nobody if it is gone or disabled. */
  public List<String> targets(String ruleArn) {
    return enabled(ruleArn)
        .map(rule -> rule.rule().targets().stream().map(RuleTarget::arn).toList())
        .orElse(List.of());
  }

  private Optional<LiveRule> enabled(String ruleArn) {
    return buses.arns().ruleOf(ruleArn).flatMap(buses::rule).filter(each -> each.rule().enabled());
  }

  /** What putting events on a bus needs permission for. */
  public Access access(String bus) {
    return new EventsAccess(buses).ofBus(bus);
  }

  /**
   * Takes events in CloudEvents' format (version 1.0) for a bus; on the disk when this returns.
   *
   * @param request whose sender has been found to be allowed to
   * @throws io.mayfly.aws.AwsException if they are not right, none of them
   */
  public WireResponse putCloudEvents(String bus, WireRequest request) {
    return cloudEvents.put(bus, request);
  }

  @Override
  public void close() {
    retries.close();
    replays.close();
  }
}
