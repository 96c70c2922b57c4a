package io.mayfly.scheduler;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A group of schedules.
 *
 * @param token of the request that made it
 */
record ScheduleGroup(
    String name,
    Map<String, String> tags,
    Optional<String> token,
    Instant created,
    Instant modified) {
  /** The one that is always there. */
  static final String DEFAULT = "default";

  ScheduleGroup {
    tags = Map.copyOf(tags);
  }

  ScheduleGroup withTags(Map<String, String> next, Instant now) {
    return new ScheduleGroup(name, next, token, created, now);
  }
}
