package io.mayfly.events;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An event bus as it is kept.
 *
 * @param policy who may put events on it, as JSON
 * @param created not known of the default bus, which has always been there
 */
record Bus(
    String name,
    Optional<String> description,
    Optional<String> policy,
    Map<String, String> tags,
    Optional<Instant> created,
    Optional<Instant> modified) {
  /** A bus as it is in the beginning. */
  static Bus of(String name) {
    return new Bus(
        name, Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), Optional.empty());
  }

  Bus withPolicy(Optional<String> text, Instant now) {
    return new Bus(name, description, text, tags, created, Optional.of(now));
  }

  Bus withDescription(Optional<String> text, Instant now) {
    return new Bus(name, text, policy, tags, created, Optional.of(now));
  }

  Bus withTags(Map<String, String> changed) {
    return new Bus(name, description, policy, changed, created, modified);
  }
}
