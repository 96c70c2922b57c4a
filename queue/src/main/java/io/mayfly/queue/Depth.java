package io.mayfly.queue;

import java.time.Instant;
import java.util.Optional;

/**
 * How many messages a queue has.
 *
 * @param oldest when the first of them, in the queue's order, was sent
 */
public record Depth(long ready, long inFlight, long delayed, Optional<Instant> oldest) {}
