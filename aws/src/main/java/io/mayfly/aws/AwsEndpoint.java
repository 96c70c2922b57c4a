package io.mayfly.aws;

import io.mayfly.model.MayflyException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Every AWS API behind one address: routes a request, checks its signature and what its caller may
 * do, calls the operation and writes the answer. Has no threads of its own: everything runs in the
 * caller's. Safe for use by many threads.
 *
 * <p>{@link #serve} does it all. A listener that handles some call itself uses the steps: {@link
 * #route}, {@link #authenticate}, and {@link #refuse} for what they throw.
 */
public final class AwsEndpoint {
  private static final System.Logger LOG = System.getLogger(AwsEndpoint.class.getName());

  private final SigV4Verifier verifier;
  private final Authorizer authorizer;
  private final RefusalListener refusals;
  private final Supplier<String> requestIds;

  /**
   * Services that nobody has asked for yet, by the names they are signed for; guarded by itself.
   */
  private final Map<String, Supplier<AwsService>> later;

  private volatile Known known;

  /** The services that are there, and who tells them apart. */
  private record Known(ServiceRouter router, Map<ServiceModel, AwsService> services) {
    static Known of(Collection<AwsService> services) {
      Map<ServiceModel, AwsService> byModel = new LinkedHashMap<>();
      services.forEach(service -> byModel.put(service.model(), service));
      return new Known(new ServiceRouter(List.copyOf(byModel.keySet())), byModel);
    }

    Known with(AwsService service) {
      List<AwsService> all = new ArrayList<>(services.values());
      all.add(service);
      return of(all);
    }
  }

  /**
   * @param later services that are made when the first request is signed for them, by the names in
   *     signatures: a model takes its time to be read
   */
  public AwsEndpoint(
      List<AwsService> services,
      Map<String, Supplier<AwsService>> later,
      SigV4Verifier verifier,
      Authorizer authorizer,
      RefusalListener refusals) {
    this(services, later, verifier, authorizer, refusals, () -> UUID.randomUUID().toString());
  }

  /**
   * @param requestIds gives each request its id
   */
  public AwsEndpoint(
      List<AwsService> services,
      Map<String, Supplier<AwsService>> later,
      SigV4Verifier verifier,
      Authorizer authorizer,
      RefusalListener refusals,
      Supplier<String> requestIds) {
    this.known = Known.of(services);
    this.later = new HashMap<>(later);
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.refusals = refusals;
    this.requestIds = requestIds;
  }

  /** A new id for a request. */
  public String newRequestId() {
    return requestIds.get();
  }

  /** Answers {@code request}; never throws. */
  public WireAnswer serve(WireRequest request) {
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
      return find(request);
    } catch (AwsException unknown) {
      if (!SigV4.isSigned(request)) {
        throw SigV4Errors.missingToken();
      }
      throw unknown;
    }
  }

  private Route find(WireRequest request) {
    Known before = known;
    try {
      return before.router().route(request);
    } catch (AwsException unknown) {
      load(request);
      if (known.equals(before)) {
        throw unknown;
      }
      return known.router().route(request);
    }
  }

  /** Makes the service that a request is signed for, if that has not been done. */
  private void load(WireRequest request) {
    synchronized (later) {
      signedFor(request).map(later::remove).ifPresent(service -> known = known.with(service.get()));
    }
  }

  private static Optional<String> signedFor(WireRequest request) {
    try {
      return SigV4.serviceOf(request);
    } catch (AwsException brokenQuery) {
      return Optional.empty();
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
  public WireAnswer call(Route route, Caller caller) {
    try {
      AwsService service = known.services().get(route.service());
      if (service == null) {
        throw new IllegalArgumentException("the route is not of this endpoint");
      }
      service.authorize(route, caller, authorizer);
      return service.call(route, caller);
    } catch (RuntimeException | StackOverflowError thrown) {
      return refuse(route.request(), thrown, caller.requestId());
    }
  }

  private String asked(WireRequest request) {
    try {
      Route route = find(request);
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
    Optional<ServiceModel> service = known.router().guess(request);
    if (service.isEmpty()) {
      return JsonErrors.unknownService(error, requestId);
    }
    return Protocol.of(service.get()).error(service.get(), error, requestId);
  }
}
