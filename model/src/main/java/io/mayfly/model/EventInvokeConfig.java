package io.mayfly.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to become of events that a function is called with asynchronously, where the owner has
 * said it ("How Lambda handles errors and retries with asynchronous invocation" in the developer
 * guide).
 *
 * @param qualifier a version, an alias or {@code $LATEST}
 * @param retries how often a call that fails is made again, 0 to 2
 * @param eventAge how old an event may be when the function is called with it, 1 minute to 6 hours
 * @param onSuccess the ARN of what is told of calls that succeed
 * @param onFailure the ARN of what is told of events that are given up
 */
public record EventInvokeConfig(
    FunctionName function,
    String qualifier,
    Optional<Integer> retries,
    Optional<Duration> eventAge,
    Optional<String> onSuccess,
    Optional<String> onFailure,
    Instant lastModified) {}
