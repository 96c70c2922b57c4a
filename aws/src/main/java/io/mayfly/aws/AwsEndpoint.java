package io.mayfly.aws;

import io.mayfly.aws.SigV4Verifier.Signed;
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
 * caller's. Safe for use by many threads.
 *
 * <p>{@link #serve} does it all. A listener that handles some call itself uses the steps: {@link
 * #route}, {@link #authenticate}, and {@link #refuse} for what they throw.
 */
public final class AwsEndpoint {
  private static final System.Logger LOG = System.getLogger(AwsEndpoint.class.getName());

  private final Services services;
  private final SigV4Verifier verifier;
  private final Authorizer authorizer;
  private final Listener listener;
  private final Supplier<String> requestIds;

  /** Models that nobody has asked for yet, by the names in signatures; guarded by itself. */
  private final Map<String, Supplier<ServiceModel>> later;

  private volatile ServiceRouter router;

  /** Hears how requests end. Called on the request's thread: must not block. */
  @FunctionalInterface
  public interface Listener extends RefusalListener {
    /** A call has succeeded. */
    default void answered(Caller caller, Route route) {}

    /** A call has been refused of which it is known whose it is. */
    default void refused(Caller caller, String requestId, String asked, AwsException error) {
      refused(requestId, asked, error);
    }
  }

  /** The port behind which every account keeps its services. Called by many threads at once. */
  @FunctionalInterface
  public interface Services {
    /** The service of the caller's account that has this model, which is one of the endpoint's. */
    AwsService find(Caller caller, ServiceModel model);
  }

  /**
   * @param models of the services that are there from the start
   * @param later models that are read when the first request is signed for them, by the names in
   *     signatures: reading one takes its time
   */
  public AwsEndpoint(
      List<ServiceModel> models,
      Map<String, Supplier<ServiceModel>> later,
      Services services,
      SigV4Verifier verifier,
      Authorizer authorizer,
      Listener listener) {
    this(
        models,
        later,
        services,
        verifier,
        authorizer,
        listener,
        () -> UUID.randomUUID().toString());
  }

  /**
   * @param requestIds gives each request its id
   */
  public AwsEndpoint(
      List<ServiceModel> models,
      Map<String, Supplier<ServiceModel>> later,
      Services services,
      SigV4Verifier verifier,
      Authorizer authorizer,
      Listener listener,
      Supplier<String> requestIds) {
    this.router = new ServiceRouter(models);
    this.later = new HashMap<>(later);
    this.services = services;
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.listener = listener;
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
      Signed signed = authenticate(route, requestId);
      return call(route.with(signed.request()), signed.caller());
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
    ServiceRouter before = router;
    try {
      return before.route(request);
    } catch (AwsException unknown) {
      load(request);
      if (router.equals(before)) {
        throw unknown;
      }
      return router.route(request);
    }
  }

  /** Reads the model that a request is signed for, if that has not been done. */
  private void load(WireRequest request) {
    synchronized (later) {
      signedFor(request).map(later::remove).ifPresent(model -> router = router.with(model.get()));
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
   * Who signed the request, and the request with its body as the client means it.
   *
   * @throws AwsException if nobody did, or wrongly
   */
  public Signed authenticate(Route route, String requestId) {
    return verifier.verify(route.request(), route.service().metadata().signingName(), requestId);
  }

  /** Answers a call of an authenticated caller; never throws. */
  public WireAnswer call(Route route, Caller caller) {
    try {
      AwsService service = services.find(caller, route.service());
      service.authorize(route, caller, authorizer);
      WireAnswer answer = service.call(route, caller);
      listener.answered(caller, route);
      return answer;
    } catch (RuntimeException | StackOverflowError thrown) {
      WireRequest request = route.request();
      AwsException error = error(thrown, caller.requestId());
      listener.refused(caller, caller.requestId(), asked(request), error);
      return refusal(request, error, caller.requestId());
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
    AwsException error = error(thrown, requestId);
    listener.refused(requestId, asked(request), error);
    return refusal(request, error, requestId);
  }

  private static AwsException error(Throwable thrown, String requestId) {
    return switch (thrown) {
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
  }

  private WireResponse refusal(WireRequest request, AwsException error, String requestId) {
    Optional<ServiceModel> service = router.guess(request);
    if (service.isEmpty()) {
      return JsonErrors.unknownService(error, requestId);
    }
    return Protocol.of(service.get()).error(service.get(), error, requestId);
  }
}
