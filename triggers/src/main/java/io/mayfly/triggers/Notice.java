package io.mayfly.triggers;

import io.mayfly.queue.MessageAttribute;
import java.util.Map;
import java.util.Optional;

/**
 * What a target is told.
 *
 * @param body UTF-8
 * @param attributes beside it, where the target has such
 * @param traceId the trace header of the chain that it is of
 * @param group whose order is to be kept, where the target keeps one
 * @param deduplication what makes it the same as another, where the target looks for that; without
 *     it the body does
 */
public record Notice(
    byte[] body,
    Map<String, MessageAttribute> attributes,
    String traceId,
    Optional<String> group,
    Optional<String> deduplication) {
  public Notice {
    attributes = Map.copyOf(attributes);
  }

  /** One that needs no order. */
  public static Notice of(byte[] body, Map<String, MessageAttribute> attributes, String traceId) {
    return new Notice(body, attributes, traceId, Optional.empty(), Optional.empty());
  }
}
