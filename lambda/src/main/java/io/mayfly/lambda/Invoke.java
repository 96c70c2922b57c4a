package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.RawOperation;
import io.mayfly.aws.Route;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import io.mayfly.model.TraceId;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * {@code Invoke}. Its payloads stay bytes: the event is looked over once to see that it is JSON,
 * the answer not at all.
 */
final class Invoke implements RawOperation {
  private static final int NO_CONTENT = 204;
  private static final int MAX_CLIENT_CONTEXT = 3583;
  private static final byte[] EMPTY_EVENT = {'{', '}'};

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionReferences references;
  private final Dispatcher dispatcher;
  private final InstantSource clock;
  private final RandomGenerator random;

  Invoke(
      FunctionCatalog catalog,
      Aliases aliases,
      FunctionReferences references,
      Dispatcher dispatcher,
      InstantSource clock,
      RandomGenerator random) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.references = references;
    this.dispatcher = dispatcher;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public WireResponse handle(Route route, Caller caller) {
    WireRequest wire = route.request();
    FunctionArn arn =
        references.resolve(route.label("FunctionName"), route.queryParameter("Qualifier"));
    String type = wire.headers().first("x-amz-invocation-type").orElse("RequestResponse");
    boolean tail = wantsTail(wire.headers().first("x-amz-log-type").orElse("None"));
    return switch (type) {
      case "RequestResponse" -> respond(run(arn, wire, caller), caller, tail);
      case "DryRun" -> dryRun(arn, caller);
      case "Event" ->
          throw new MayflyException(
              ErrorCode.INVALID_PARAMETER,
              "InvocationType Event is not supported yet by Mayfly; use RequestResponse");
      default -> throw invalid("invocationType", type, "[Event, RequestResponse, DryRun]");
    };
  }

  private WireResponse dryRun(FunctionArn arn, Caller caller) {
    var _ = catalog.require(aliases.meant(arn.name(), arn.qualifier()));
    return new WireResponse(NO_CONTENT, identified(caller), new byte[0]);
  }

  private InvokeResult run(FunctionArn arn, WireRequest wire, Caller caller) {
    byte[] payload = wire.body().length == 0 ? EMPTY_EVENT : wire.body();
    if (payload.length > Limits.REQUEST_BYTES) {
      throw new MayflyException(
          ErrorCode.REQUEST_TOO_LARGE,
          "Request must be smaller than %d bytes for the InvokeFunction operation"
              .formatted(Limits.REQUEST_BYTES));
    }
    JsonText.problem(payload)
        .ifPresent(
            problem -> {
              throw new MayflyException(
                  ErrorCode.INVALID_REQUEST_CONTENT,
                  "Could not parse request body into json: Could not parse payload into json: "
                      + problem);
            });
    return dispatcher.invoke(
        new InvokeRequest(
            new RequestId(caller.requestId()),
            aliases.serving(arn.name(), arn.qualifier()),
            arn,
            payload,
            TraceId.continueOrStart(
                wire.headers().first("x-amzn-trace-id"), clock.instant(), random),
            wire.headers().first("x-amz-client-context").map(Invoke::clientContext)));
  }

  private static Headers identified(Caller caller) {
    return new Headers().set("x-amzn-requestid", caller.requestId());
  }

  private static WireResponse respond(InvokeResult result, Caller caller, boolean tail) {
    Headers headers =
        identified(caller)
            .set("content-type", result.contentType())
            .set("x-amz-executed-version", result.version());
    if (result.failure().isPresent()) {
      headers.set("x-amz-function-error", "Unhandled");
    }
    if (tail) {
      headers.set("x-amz-log-result", Base64.getEncoder().encodeToString(result.logTail()));
    }
    return new WireResponse(200, headers, result.payload());
  }

  private static boolean wantsTail(String logType) {
    return switch (logType) {
      case "Tail" -> true;
      case "None" -> false;
      default -> throw invalid("logType", logType, "[Tail, None]");
    };
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

  private static MayflyException invalid(String member, String value, String possible) {
    return new MayflyException(
        ErrorCode.VALIDATION,
        "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s"
            .formatted(value, member, possible));
  }
}
