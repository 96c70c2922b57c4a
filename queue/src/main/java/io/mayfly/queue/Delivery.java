package io.mayfly.queue;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A message that is leased to a receiver.
 *
 * @param sent when it was sent, which a dead letter of a standard queue keeps, or moved here
 * @param receives how often it has been received from this queue, with this time; receives in the
 *     last moments before the platform was killed may be missing
 * @param origin the name of the queue it came from, if it is a dead letter
 */
public record Delivery(
    Receipt receipt,
    UUID id,
    byte[] body,
    Map<String, MessageAttribute> attributes,
    Map<String, String> system,
    Optional<String> group,
    Optional<String> deduplication,
    Instant sent,
    int receives,
    Instant firstReceived,
    Optional<String> origin) {
  public Delivery {
    attributes = Map.copyOf(attributes);
    system = Map.copyOf(system);
  }
}
