package io.mayfly.triggers;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.model.RequestId;
import io.mayfly.model.TenantId;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.NewMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * An event that a function is to be called with, as it lies in the function's queue: the payload is
 * the message's body, its request id the message's, and the rest beside them.
 *
 * @param qualifier the version or alias that the caller meant, if it meant one
 * @param traceId what the caller's trace header said, with its lineage
 * @param accepted when the caller was told that it would be handled
 * @param attempts how often the function has been run with it in vain
 */
record AsyncEvent(
    RequestId requestId,
    byte[] payload,
    Optional<String> qualifier,
    String traceId,
    Optional<String> clientContext,
    Optional<TenantId> tenant,
    Instant accepted,
    int attempts) {
  /** The name under which SQS, too, keeps a message's trace header. */
  static final String TRACE = "AWSTraceHeader";

  private static final String QUALIFIER = "Qualifier";
  private static final String CLIENT_CONTEXT = "ClientContext";
  private static final String TENANT = "TenantId";
  private static final String ACCEPTED = "Accepted";
  private static final String ATTEMPTS = "Attempts";

  static AsyncEvent of(InvokeRequest request, Instant now) {
    return new AsyncEvent(
        request.requestId(),
        request.payload(),
        request.functionArn().qualifier(),
        request.traceId(),
        request.clientContext(),
        request.tenant(),
        now,
        0);
  }

  static AsyncEvent of(Delivery delivery) {
    Map<String, String> system = delivery.system();
    return new AsyncEvent(
        new RequestId(delivery.id().toString()),
        delivery.body(),
        Optional.ofNullable(system.get(QUALIFIER)),
        system.getOrDefault(TRACE, ""),
        Optional.ofNullable(system.get(CLIENT_CONTEXT)),
        Optional.ofNullable(system.get(TENANT)).map(TenantId::new),
        Instant.ofEpochMilli(Long.parseLong(system.getOrDefault(ACCEPTED, "0"))),
        Integer.parseInt(system.getOrDefault(ATTEMPTS, "0")));
  }

  /** The same event after the function has been run with it once more in vain. */
  AsyncEvent failed() {
    return new AsyncEvent(
        requestId, payload, qualifier, traceId, clientContext, tenant, accepted, attempts + 1);
  }

  NewMessage message(Optional<Duration> delay) {
    Map<String, String> system = new HashMap<>();
    system.put(TRACE, traceId);
    system.put(ACCEPTED, Long.toString(accepted.toEpochMilli()));
    qualifier.ifPresent(text -> system.put(QUALIFIER, text));
    clientContext.ifPresent(text -> system.put(CLIENT_CONTEXT, text));
    tenant.ifPresent(id -> system.put(TENANT, id.value()));
    if (attempts > 0) {
      system.put(ATTEMPTS, Integer.toString(attempts));
    }
    return new NewMessage(
        UUID.fromString(requestId.value()),
        payload,
        Map.of(),
        system,
        Optional.empty(),
        Optional.empty(),
        delay);
  }
}
