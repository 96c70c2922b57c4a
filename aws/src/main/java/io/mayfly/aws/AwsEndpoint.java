package io.mayfly.aws;

import io.mayfly.model.MayflyException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Every AWS API behind one address: routes a request, checks its signature and what its caller may
 * do, calls the operation and writes the answer. Has no threads of its own: everything runs in the
 * caller's. Immutable.
 *
 * <p>{@link #serve} does it all. A listener that handles some call itself (a payload that streams)
 * uses the steps: {@link #route}, {@link #authenticate}, and {@link #refuse} for what they throw.
 */
public final class AwsEndpoint {
  private static final System.Logger LOG = System.getLogger(AwsEndpoint.class.getName());

  private final ServiceRouter router;
  private final SigV4Verifier verifier;
  private final Authorizer authorizer;
  private final RefusalListener refusals;
  private final Supplier<String> requestIds;
  private final Map<ServiceModel, AwsService> services = new HashMap<>();

  public AwsEndpoint(
      List<AwsService> services,
      SigV4Verifier verifier,
      Authorizer authorizer,
      RefusalListener refusals) {
    this(services, verifier, authorizer, refusals, () -> UUID.randomUUID().toString());
  }

  /**
   * @param requestIds gives each request its id
   */
  public AwsEndpoint(
      List<AwsService> services,
      SigV4Verifier verifier,
      Authorizer authorizer,
      RefusalListener refusals,
      Supplier<String> requestIds) {
    this.router = new ServiceRouter(services.stream().map(AwsService::model).toList());
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.refusals = refusals;
    this.requestIds = requestIds;
    services.forEach(service -> this.services.put(service.model(), service));
  }

  /** A new id for a request. */
  public String newRequestId() {
    return requestIds.get();
  }

  /** Answers {@code request}; never throws. */
  public WireResponse serve(WireRequest request) {
    String requestId = newRequestId();
    try {
      Route route = route(request);
      return call(route, authenticate(route, requestId));
    } catch (RuntimeException | StackOverflowError thrown) {
      return refuse(request, thrown, requestId);
    }
  }

  /**
   * The operation that {@code request} means.
   *
   * @throws AwsException if there is none; for an unsigned request this is {@code
   *     MissingAuthenticationTokenException}, as strangers are not told what is there
   */
  public Route route(WireRequest request) {
    try {
      return router.route(request);
    } catch (AwsException unknown) {
      if (!SigV4.isSigned(request)) {
        throw SigV4Errors.missingToken();
      }
      throw unknown;
    }
  }

  /**
   * Who signed the request.
   *
   * @throws AwsException if nobody did, or wrongly
   */
  public Caller authenticate(Route route, String requestId) {
    return verifier.verify(route.request(), route.service().metadata().signingName(), requestId);
  }

  /** Answers a call of an authenticated caller; never throws. */
  public WireResponse call(Route route, Caller caller) {
    try {
      AwsService service = services.get(route.service());
      if (service == null) {
        throw new IllegalArgumentException("the route is not of this endpoint");
      }
      service
          .access(route)
          .ifPresent(access -> authorizer.authorize(caller, access.action(), access.resource()));
      return service.call(route, caller);
    } catch (RuntimeException | StackOverflowError thrown) {
      return refuse(route.request(), thrown, caller.requestId());
    }
  }

  private String asked(WireRequest request) {
    try {
      Route route = router.route(request);
      return route.service().metadata().signingName() + ":" + route.operation().name();
    } catch (AwsException e) {
      return request.method() + " " + request.path();
    }
  }

  /** The answer for what was thrown while {@code request} was served, in its service's protocol. */
  public WireResponse refuse(WireRequest request, Throwable thrown, String requestId) {
    AwsException error =
        switch (thrown) {
          case AwsException known -> known;
          case MayflyException known -> AwsException.of(known);
          default -> {
            LOG.log(System.Logger.Level.ERROR, "request " + requestId + " failed", thrown);
            yield new AwsException(
                "ServiceException",
                500,
                "Mayfly failed to answer request " + requestId + "; its log has the cause");
          }
        };
    refusals.refused(requestId, asked(request), error);
    Optional<ServiceModel> service = router.guess(request);
    if (service.isEmpty()) {
      return JsonErrors.unknownService(error, requestId);
    }
    return Protocol.of(service.get()).error(service.get(), error, requestId);
  }
}
