package io.mayfly.scheduler;

import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a target is told, in one call of its service.
 *
 * @param arn of what is told: a queue, a function, …
 * @param attributes what it is told beside the body: an event bus, which event it is
 * @param group whose order is kept, if it is a first-in-first-out queue
 * @param deduplication what makes it the same as another there
 * @param request the call's parameters, as the service's API has them
 */
record TargetCall(
    String arn,
    String body,
    Map<String, String> attributes,
    Optional<String> group,
    Optional<String> deduplication,
    ObjectNode request) {
  TargetCall {
    attributes = Map.copyOf(attributes);
  }
}
