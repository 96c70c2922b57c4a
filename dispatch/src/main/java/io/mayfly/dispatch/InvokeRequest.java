package io.mayfly.dispatch;

import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import java.util.Optional;

/**
 * A call of a function, whoever makes it.
 *
 * @param functionArn the ARN as the caller addressed it
 * @param payload the event, known to be JSON
 */
public record InvokeRequest(
    RequestId requestId,
    FunctionName function,
    FunctionArn functionArn,
    byte[] payload,
    String traceId,
    Optional<String> clientContext) {}
