package io.mayfly.model;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A topic of SNS: what is published to it goes to everybody who has subscribed to it.
 *
 * @param attributes what the owner has set, checked
 * @param tags in the order in which they were set
 * @param unsubscribed how many subscriptions it has had that are gone
 */
public record Topic(
    String name,
    Instant created,
    Map<String, String> attributes,
    Map<String, String> tags,
    long unsubscribed) {
  private static final String FIFO_SUFFIX = ".fifo";

  public Topic {
    attributes = Map.copyOf(attributes);
    tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
  }

  /** Whether a topic with this name keeps the order of what is published to it. */
  public static boolean isFifo(String name) {
    return name.endsWith(FIFO_SUFFIX);
  }

  public Topic withAttributes(Map<String, String> changed) {
    return new Topic(name, created, changed, tags, unsubscribed);
  }

  public Topic withTags(Map<String, String> changed) {
    return new Topic(name, created, attributes, changed, unsubscribed);
  }

  /** The same with one subscription less. */
  public Topic withOneGone() {
    return new Topic(name, created, attributes, tags, unsubscribed + 1);
  }
}
