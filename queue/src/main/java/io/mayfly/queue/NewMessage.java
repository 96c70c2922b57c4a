package io.mayfly.queue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A message to be sent.
 *
 * @param id stays the same in whatever queue it is moved to
 * @param attributes of the sender, by name, as SQS has them
 * @param system what the platform says of it, by name: {@code SenderId}, {@code AWSTraceHeader}, …
 * @param group whose order is kept in a first-in-first-out queue, which demands one
 * @param deduplication in a first-in-first-out queue, which demands one: what makes it the same as
 *     another
 * @param delay how long it waits, instead of what the queue says; not in first-in-first-out queues
 */
public record NewMessage(
    UUID id,
    byte[] body,
    Map<String, MessageAttribute> attributes,
    Map<String, String> system,
    Optional<String> group,
    Optional<String> deduplication,
    Optional<Duration> delay) {
  public NewMessage {
    attributes = Map.copyOf(attributes);
    system = Map.copyOf(system);
  }

  /** The same under another id. */
  public NewMessage withId(UUID other) {
    return new NewMessage(other, body, attributes, system, group, deduplication, delay);
  }
}
