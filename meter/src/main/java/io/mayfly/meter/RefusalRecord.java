package io.mayfly.meter;

import io.mayfly.model.RequestId;
import java.time.Instant;

/**
 * What is remembered of a request that was answered with an error of the platform's own.
 *
 * @param asked what it asked for, for example {@code lambda:Invoke} or {@code GET /x}
 * @param status the HTTP status of the answer
 * @param code the error's name on the wire, for example {@code TooManyRequestsException}
 * @param message what the answer said
 * @param reason Lambda's {@code Reason}, for a throttled call; empty otherwise
 */
public record RefusalRecord(
    RequestId requestId,
    Instant at,
    String asked,
    int status,
    String code,
    String message,
    String reason)
    implements RequestRecord {}
