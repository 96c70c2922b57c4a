package io.mayfly.dispatch;

import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.RequestId;
import io.mayfly.model.TenantId;
import java.util.Optional;

/**
 * A call of a function, whoever makes it.
 *
 * @param function the version that is to serve
 * @param functionArn the ARN as the caller addressed it
 * @param payload the event, known to be JSON
 * @param tenant whose call it is; for functions that keep their tenants apart, and only those
 */
public record InvokeRequest(
    RequestId requestId,
    FunctionVersion function,
    FunctionArn functionArn,
    byte[] payload,
    String traceId,
    Optional<String> clientContext,
    Optional<TenantId> tenant) {}
