package io.mayfly.queue;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * A message of a queue that is read without being received.
 *
 * @param sequence its place: larger than that of every message before
 * @param sent when it was sent
 */
public record Kept(
    long sequence,
    UUID id,
    byte[] body,
    Map<String, MessageAttribute> attributes,
    Map<String, String> system,
    Instant sent) {
  public Kept {
    attributes = Map.copyOf(attributes);
    system = Map.copyOf(system);
  }
}
