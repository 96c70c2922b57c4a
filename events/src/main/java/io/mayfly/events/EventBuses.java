package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.Account;
import io.mayfly.store.EventBusStore;
import io.mayfly.store.EventBusStore.Kind;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The event buses of an account with their rules, in memory and on the disk. The bus {@code
 * default} is always there. Safe for use by many threads: one at a time changes something, and
 * nobody who matches events waits for it.
 */
public final class EventBuses {
  /** AWS's default; the default bus counts. */
  static final int MOST_BUSES = 100;

  /** AWS's default is 300, which is raised on demand. */
  static final int MOST_RULES = 2000;

  private final EventArns arns;
  private final EventBusStore store;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<String, LiveBus> buses = new ConcurrentSkipListMap<>();
  private final ReentrantLock changes = new ReentrantLock();
  private Schedules schedules = Schedules.none();

  /** Reads what is on the disk. */
  public EventBuses(Account account, EventBusStore store, InstantSource clock) {
    this.arns = new EventArns(account);
    this.store = store;
    this.clock = clock;
    for (String document : store.documents(Kind.BUS)) {
      Bus bus = Json.MAPPER.readValue(document, Bus.class);
      buses.put(bus.name(), new LiveBus(bus));
    }
    buses.computeIfAbsent(EventArns.DEFAULT, name -> new LiveBus(Bus.of(name)));
    for (String document : store.documents(Kind.RULE)) {
      Rule rule = Json.MAPPER.readValue(document, Rule.class);
      Optional.ofNullable(buses.get(rule.bus())).ifPresent(bus -> bus.put(LiveRule.of(rule, arns)));
    }
  }

  /** Has rules with schedules fired, those that are there first. To be called once. */
  public void scheduleWith(Schedules those) {
    changes.lock();
    try {
      schedules = those;
      for (LiveBus bus : buses.values()) {
        for (LiveRule rule : bus.rules()) {
          schedule(Optional.empty(), Optional.of(rule.rule()));
        }
      }
    } finally {
      changes.unlock();
    }
  }

  EventArns arns() {
    return arns;
  }

  InstantSource clock() {
    return clock;
  }

  /** The policy of the bus that an ARN names, if it has one. */
  public Optional<String> policy(String arn) {
    return arns.busOf(arn).flatMap(this::find).flatMap(bus -> bus.bus().policy());
  }

  Optional<LiveBus> find(String name) {
    return Optional.ofNullable(buses.get(name));
  }

  /**
   * The bus of a name.
   *
   * @throws AwsException if there is none
   */
  LiveBus require(String name) {
    return find(name).orElseThrow(() -> EventsErrors.noBus(name));
  }

  /** The buses whose names begin so, by name. */
  List<LiveBus> list(String prefix) {
    return buses.tailMap(prefix).values().stream()
        .takeWhile(bus -> bus.bus().name().startsWith(prefix))
        .toList();
  }

  Optional<LiveRule> rule(RuleKey key) {
    return find(key.bus()).flatMap(bus -> bus.rule(key.name()));
  }

  /**
   * The rule of a name.
   *
   * @throws AwsException if there is no such bus, or none of this name on it
   */
  LiveRule requireRule(RuleKey key) {
    return require(key.bus())
        .rule(key.name())
        .orElseThrow(() -> EventsErrors.noRule(key.name(), key.bus()));
  }

  /**
   * Makes a bus.
   *
   * @throws AwsException if there is one of this name, or there are too many
   */
  void create(String name, Optional<String> description, Map<String, String> tags) {
    changes.lock();
    try {
      if (buses.containsKey(name)) {
        throw EventsErrors.exists("Event bus", name);
      }
      if (buses.size() >= MOST_BUSES) {
        throw EventsErrors.tooMany();
      }
      var now = Optional.of(clock.instant());
      Bus bus = new Bus(name, description, Optional.empty(), tags, now, now);
      put(bus);
      buses.put(name, new LiveBus(bus));
    } finally {
      changes.unlock();
    }
  }

  /** Changes a bus, of what it is now. */
  Bus change(String name, UnaryOperator<Bus> change) {
    changes.lock();
    try {
      LiveBus live = require(name);
      Bus changed = change.apply(live.bus());
      put(changed);
      live.set(changed);
      return changed;
    } finally {
      changes.unlock();
    }
  }

  private void put(Bus bus) {
    store.put(Kind.BUS, bus.name(), Json.MAPPER.writeValueAsString(bus));
  }

  /**
   * Deletes a bus, if it is there.
   *
   * @throws AwsException if it has rules or archives, or is the default one
   */
  void delete(String name) {
    if (name.equals(EventArns.DEFAULT)) {
      throw EventsErrors.validation("Cannot delete event bus default.");
    }
    changes.lock();
    try {
      Optional<LiveBus> bus = find(name);
      if (bus.isEmpty()) {
        return;
      }
      if (!bus.get().isBare()) {
        throw EventsErrors.validation("EventBus can't be deleted since it has rules.");
      }
      store.remove(Kind.BUS, name);
      buses.remove(name);
    } finally {
      changes.unlock();
    }
  }

  /**
   * Makes a rule, or replaces all of it but its targets and tags.
   *
   * @param rule with the targets and tags of a new one
   * @return its ARN
   * @throws AwsException if there is no such bus, or it has too many rules
   */
  String putRule(Rule rule) {
    changes.lock();
    try {
      LiveBus bus = require(rule.bus());
      rule.schedule().ifPresent(schedules::check);
      Optional<LiveRule> before = bus.rule(rule.name());
      if (before.isEmpty() && bus.size() >= MOST_RULES) {
        throw EventsErrors.tooMany();
      }
      Rule kept =
          before
              .map(LiveRule::rule)
              .map(old -> rule.withTargets(old.targets()).withTags(old.tags()))
              .orElse(rule);
      return apply(bus, kept).arn();
    } finally {
      changes.unlock();
    }
  }

  /**
   * Changes a rule, of what it is now.
   *
   * @throws AwsException if there is none
   */
  void changeRule(RuleKey key, UnaryOperator<Rule> change) {
    changes.lock();
    try {
      Rule changed = change.apply(requireRule(key).rule());
      var _ = apply(require(key.bus()), changed);
    } finally {
      changes.unlock();
    }
  }

  private LiveRule apply(LiveBus bus, Rule rule) {
    LiveRule live = LiveRule.of(rule, arns);
    Optional<Rule> before = bus.rule(rule.name()).map(LiveRule::rule);
    store.put(Kind.RULE, rule.key().toString(), Json.MAPPER.writeValueAsString(rule));
    bus.put(live);
    schedule(before, Optional.of(rule));
    return live;
  }

  /**
   * Deletes a rule, if it is there.
   *
   * @throws AwsException if there is no such bus, or the rule has targets
   */
  void deleteRule(RuleKey key) {
    changes.lock();
    try {
      LiveBus bus = require(key.bus());
      Optional<Rule> rule = bus.rule(key.name()).map(LiveRule::rule);
      if (rule.isEmpty()) {
        return;
      }
      if (!rule.get().targets().isEmpty()) {
        throw EventsErrors.validation("Rule can't be deleted since it has targets.");
      }
      store.remove(Kind.RULE, key.toString());
      bus.remove(key.name());
      schedule(rule, Optional.empty());
    } finally {
      changes.unlock();
    }
  }

  private void schedule(Optional<Rule> before, Optional<Rule> after) {
    Optional<String> was = before.filter(Rule::enabled).flatMap(Rule::schedule);
    Optional<String> is = after.filter(Rule::enabled).flatMap(Rule::schedule);
    Rule rule = after.or(() -> before).orElseThrow();
    String arn = arns.rule(rule.bus(), rule.name());
    if (is.isPresent() && !is.equals(was)) {
      schedules.put(arn, is.get());
    } else if (is.isEmpty() && was.isPresent()) {
      schedules.remove(arn);
    }
  }

  /** Has a bus's events kept in an archive, or no more, while nobody changes it otherwise. */
  void withBus(String name, Consumer<LiveBus> change) {
    changes.lock();
    try {
      change.accept(require(name));
    } finally {
      changes.unlock();
    }
  }
}
