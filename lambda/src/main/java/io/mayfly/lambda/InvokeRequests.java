package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.Route;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import io.mayfly.model.TenantId;
import io.mayfly.model.TraceId;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/**
 * What requests ask for that invoke a function. Their payloads stay bytes: an event is looked over
 * once to see that it is JSON.
 */
final class InvokeRequests {
  private static final int ACCEPTED = 202;
  private static final int NO_CONTENT = 204;
  private static final int MAX_CLIENT_CONTEXT = 3583;
  private static final byte[] EMPTY_EVENT = {'{', '}'};

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionReferences references;
  private final AsyncInvoker async;
  private final InstantSource clock;
  private final RandomGenerator random;

  InvokeRequests(
      FunctionCatalog catalog,
      Aliases aliases,
      FunctionReferences references,
      AsyncInvoker async,
      InstantSource clock,
      RandomGenerator random) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.references = references;
    this.async = async;
    this.clock = clock;
    this.random = random;
  }

  /** The function that is meant, as the caller addressed it. */
  FunctionArn function(Route route) {
    return references.resolve(route.label("FunctionName"), route.queryParameter("Qualifier"));
  }

  /** What is answered when only this is asked: whether the function could be invoked. */
  WireResponse dryRun(FunctionArn arn, WireRequest wire, Caller caller) {
    catalog.require(aliases.meant(arn.name(), arn.qualifier())).checkTenant(tenant(wire));
    return new WireResponse(NO_CONTENT, identified(caller), new byte[0]);
  }

  InvokeRequest of(FunctionArn arn, WireRequest wire, Caller caller) {
    if (wire.body().length > Limits.REQUEST_BYTES) {
      throw new MayflyException(
          ErrorCode.REQUEST_TOO_LARGE,
          "Request must be smaller than %d bytes for the InvokeFunction operation"
              .formatted(Limits.REQUEST_BYTES));
    }
    return read(arn, wire, caller);
  }

  /** Accepts an event that is handled later; returns when that is sure. */
  WireResponse accept(FunctionArn arn, WireRequest wire, Caller caller) {
    if (wire.body().length > Limits.EVENT_BYTES) {
      throw new MayflyException(
          ErrorCode.REQUEST_ENTITY_TOO_LARGE,
          "%d byte payload is too large for the Event invocation type (limit %d bytes)"
              .formatted(wire.body().length, Limits.EVENT_BYTES));
    }
    catalog.require(aliases.meant(arn.name(), arn.qualifier())).checkTenant(tenant(wire));
    try {
      async.accept(read(arn, wire, caller)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof MayflyException cause ? cause : e;
    }
    return new WireResponse(ACCEPTED, identified(caller), new byte[0]);
  }

  private InvokeRequest read(FunctionArn arn, WireRequest wire, Caller caller) {
    byte[] payload = wire.body().length == 0 ? EMPTY_EVENT : wire.body();
    JsonText.problem(payload)
        .ifPresent(
            problem -> {
              throw new MayflyException(
                  ErrorCode.INVALID_REQUEST_CONTENT,
                  "Could not parse request body into json: Could not parse payload into json: "
                      + problem);
            });
    return new InvokeRequest(
        new RequestId(caller.requestId()),
        aliases.serving(arn.name(), arn.qualifier()),
        arn,
        payload,
        TraceId.continueOrStart(wire.headers().first("x-amzn-trace-id"), clock.instant(), random),
        wire.headers().first("x-amz-client-context").map(InvokeRequests::clientContext),
        tenant(wire));
  }

  static Headers identified(Caller caller) {
    return new Headers().set("x-amzn-requestid", caller.requestId());
  }

  static String invocationType(WireRequest wire) {
    return wire.headers().first("x-amz-invocation-type").orElse("RequestResponse");
  }

  static boolean wantsTail(WireRequest wire) {
    String logType = wire.headers().first("x-amz-log-type").orElse("None");
    return switch (logType) {
      case "Tail" -> true;
      case "None" -> false;
      default -> throw invalid("logType", logType, "[Tail, None]");
    };
  }

  private static Optional<TenantId> tenant(WireRequest wire) {
    return wire.headers().first("x-amz-tenant-id").map(InvokeRequests::tenant);
  }

  private static TenantId tenant(String value) {
    String broken =
        value.length() > TenantId.MAX_LENGTH
            ? "have length less than or equal to " + TenantId.MAX_LENGTH
            : value.isEmpty()
                ? "have length greater than or equal to 1"
                : "satisfy regular expression pattern: " + TenantId.PATTERN;
    try {
      return new TenantId(value);
    } catch (IllegalArgumentException e) {
      throw new MayflyException(
          ErrorCode.VALIDATION,
          "1 validation error detected: Value '%s' at 'tenantId' failed to satisfy constraint: Member must %s"
              .formatted(value, broken),
          e);
    }
  }

  private static String clientContext(String encoded) {
    if (encoded.length() > MAX_CLIENT_CONTEXT) {
      throw new MayflyException(
          ErrorCode.INVALID_REQUEST_CONTENT,
          "Client context must be no larger than %d bytes".formatted(MAX_CLIENT_CONTEXT));
    }
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw new MayflyException(
          ErrorCode.INVALID_REQUEST_CONTENT,
          "Client context must be a valid Base64-encoded JSON object.",
          e);
    }
    if (JsonText.problem(decoded).isPresent()) {
      throw new MayflyException(
          ErrorCode.INVALID_REQUEST_CONTENT,
          "Client context must be a valid Base64-encoded JSON object.");
    }
    return new String(decoded, StandardCharsets.UTF_8);
  }

  static MayflyException invalid(String member, String value, String possible) {
    return new MayflyException(
        ErrorCode.VALIDATION,
        "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s"
            .formatted(value, member, possible));
  }
}
