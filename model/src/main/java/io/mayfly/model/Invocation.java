package io.mayfly.model;

import java.time.Instant;
import java.util.Optional;

/**
 * One event on its way to a handler.
 *
 * @param payload the event as it came, never parsed on the way
 * @param deadline when the function's time is up
 * @param functionArn the ARN the caller used, with its qualifier if there was one
 * @param traceId the value of {@code X-Amzn-Trace-Id}
 * @param clientContext the caller's client context as JSON text
 * @param cognitoIdentity the caller's Cognito identity as JSON text
 * @param tenant whose call it is, of a function that keeps its tenants apart
 */
public record Invocation(
    RequestId requestId,
    byte[] payload,
    Instant deadline,
    FunctionArn functionArn,
    String traceId,
    Optional<String> clientContext,
    Optional<String> cognitoIdentity,
    Optional<TenantId> tenant) {
  /** An event for a function without tenants. */
  public Invocation(
      RequestId requestId,
      byte[] payload,
      Instant deadline,
      FunctionArn functionArn,
      String traceId,
      Optional<String> clientContext,
      Optional<String> cognitoIdentity) {
    this(
        requestId,
        payload,
        deadline,
        functionArn,
        traceId,
        clientContext,
        cognitoIdentity,
        Optional.empty());
  }
}
