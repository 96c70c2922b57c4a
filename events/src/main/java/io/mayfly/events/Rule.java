package io.mayfly.events;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rule as it is kept.
 *
 * @param pattern which events it is about
 * @param schedule when it is to fire of itself
 * @param role kept and shown; targets have roles of their own
 * @param targets in the order in which they were put
 */
record Rule(
    String bus,
    String name,
    Optional<String> pattern,
    Optional<String> schedule,
    String state,
    Optional<String> description,
    Optional<String> role,
    List<RuleTarget> targets,
    Map<String, String> tags) {
  static final String ENABLED = "ENABLED";
  static final String DISABLED = "DISABLED";

  boolean enabled() {
    return !state.equals(DISABLED);
  }

  RuleKey key() {
    return new RuleKey(bus, name);
  }

  Rule withState(String changed) {
    return new Rule(bus, name, pattern, schedule, changed, description, role, targets, tags);
  }

  Rule withTargets(List<RuleTarget> changed) {
    return new Rule(bus, name, pattern, schedule, state, description, role, changed, tags);
  }

  Rule withTags(Map<String, String> changed) {
    return new Rule(bus, name, pattern, schedule, state, description, role, targets, changed);
  }
}
