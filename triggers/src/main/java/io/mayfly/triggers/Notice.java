package io.mayfly.triggers;

import io.mayfly.queue.MessageAttribute;
import java.util.Map;

/**
 * What a target is told.
 *
 * @param body UTF-8
 * @param attributes beside it, where the target has such
 * @param traceId the trace header of the chain that it is of
 */
public record Notice(byte[] body, Map<String, MessageAttribute> attributes, String traceId) {
  public Notice {
    attributes = Map.copyOf(attributes);
  }
}
