package io.mayfly.meter;

import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import java.time.Instant;

/**
 * What is remembered of an event that was given up.
 *
 * @param condition why, in Lambda's word: {@code RetriesExhausted}, {@code EventAgeExceeded}, …
 * @param message what the last error said
 */
public record DroppedEvent(
    RequestId requestId, Instant at, FunctionName function, String condition, String message)
    implements RequestRecord {}
