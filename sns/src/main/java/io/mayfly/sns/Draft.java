package io.mayfly.sns;

import java.util.Map;
import java.util.Optional;

/** A message as a client publishes it, alone or in a batch. */
record Draft(
    String message,
    Optional<String> subject,
    Optional<String> structure,
    Map<String, AttributeValue> attributes,
    Optional<String> deduplication,
    Optional<String> group) {}
