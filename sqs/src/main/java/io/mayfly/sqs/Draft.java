package io.mayfly.sqs;

import java.util.Map;
import java.util.Optional;

/** A message as a client sends it, alone or in a batch. */
record Draft(
    String body,
    Optional<Integer> delay,
    Map<String, AttributeValue> attributes,
    Map<String, AttributeValue> system,
    Optional<String> deduplication,
    Optional<String> group) {}
