package io.mayfly.events;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A bus with its rules and what finds them. Read by many threads; changed by one at a time, which
 * {@link EventBuses} sees to.
 */
final class LiveBus {
  private final BusMatcher matcher = new BusMatcher();
  private final ConcurrentNavigableMap<String, LiveRule> rules = new ConcurrentSkipListMap<>();

  /** Where rules stand that are enabled and have a pattern. */
  private final Map<String, Matched.OfRule> places = new HashMap<>();

  private final Map<String, Matched.OfArchive> archives = new HashMap<>();

  private volatile Bus bus;

  LiveBus(Bus bus) {
    this.bus = bus;
  }

  Bus bus() {
    return bus;
  }

  void set(Bus changed) {
    bus = changed;
  }

  /** Rules and archives that are about an event. */
  List<Matched> find(Event event) {
    return matcher.find(event);
  }

  Optional<LiveRule> rule(String name) {
    return Optional.ofNullable(rules.get(name));
  }

  /** By name. */
  List<LiveRule> rules() {
    return List.copyOf(rules.values());
  }

  int size() {
    return rules.size();
  }

  /** Whether nothing is on it that its deletion would take along. */
  boolean isBare() {
    return rules.isEmpty() && archives.isEmpty();
  }

  /** Puts a rule, or one of the same name in its place. */
  void put(LiveRule rule) {
    String name = rule.rule().name();
    Optional<Rule> before = rule(name).map(LiveRule::rule);
    Matched.OfRule place = places.get(name);
    if (place != null
        && rule.rule().enabled()
        && before.flatMap(Rule::pattern).equals(rule.rule().pattern())) {
      place.set(rule);
      rules.put(name, rule);
      return;
    }
    rules.put(name, rule);
    // The new one first: an event that both are about is told once, because it is one rule.
    if (rule.rule().enabled() && rule.rule().pattern().isPresent()) {
      Matched.OfRule next = new Matched.OfRule(rule);
      matcher.add(rule.rule().pattern(), next);
      places.put(name, next);
    } else {
      places.remove(name);
    }
    if (place != null) {
      matcher.remove(before.flatMap(Rule::pattern), place);
    }
  }

  void remove(String name) {
    LiveRule before = rules.remove(name);
    Matched.OfRule place = places.remove(name);
    if (before != null && place != null) {
      matcher.remove(before.rule().pattern(), place);
    }
  }

  /** Puts an archive under a pattern; without one it takes every event. */
  void addArchive(String archive, Optional<String> pattern) {
    Matched.OfArchive place = new Matched.OfArchive(archive);
    matcher.add(pattern, place);
    archives.put(archive, place);
  }

  void removeArchive(String archive, Optional<String> pattern) {
    Matched.OfArchive place = archives.remove(archive);
    if (place != null) {
      place.remove();
      matcher.remove(pattern, place);
    }
  }
}
