package io.mayfly.aws;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells which operation of which service a request means: the service by the credential scope of
 * its signature where it has one, the operation by {@code X-Amz-Target}, {@code Action} or the
 * path. Immutable.
 */
public final class ServiceRouter {
  private final List<ServiceModel> services;
  private final Map<ServiceModel, Map<String, List<OperationModel>>> byMethod = new HashMap<>();
  private final Set<ServiceModel> compressible = new HashSet<>();

  public ServiceRouter(List<ServiceModel> services) {
    this.services = List.copyOf(services);
    for (ServiceModel service : services) {
      Map<String, List<OperationModel>> methods = new HashMap<>();
      for (OperationModel operation : service.operations()) {
        methods.computeIfAbsent(operation.method(), _ -> new ArrayList<>()).add(operation);
        if (operation.compressible()) {
          compressible.add(service);
        }
      }
      byMethod.put(service, methods);
    }
  }

  /** A router for one service more. */
  ServiceRouter with(ServiceModel service) {
    List<ServiceModel> all = new ArrayList<>(services);
    all.add(service);
    return new ServiceRouter(all);
  }

  /**
   * The services that may be meant, by the name in the signature; all of them if it has none.
   *
   * @throws AwsException if the signature names a service that is not here
   */
  private List<ServiceModel> candidates(WireRequest request) {
    Optional<String> scope = SigV4.serviceOf(request);
    if (scope.isEmpty()) {
      return services;
    }
    List<ServiceModel> named =
        services.stream()
            .filter(service -> service.metadata().signingName().equals(scope.get()))
            .toList();
    if (named.isEmpty()) {
      throw new AwsException(
          "NotImplementedException",
          501,
          "Mayfly does not implement the service '" + Texts.shorten(scope.get()) + "' yet");
    }
    return named;
  }

  /**
   * The operation that {@code request} means.
   *
   * @throws AwsException {@code UnknownOperationException} if there is none
   */
  public Route route(WireRequest request) {
    List<ServiceModel> candidates = candidates(request);
    Optional<String> target = request.headers().first("x-amz-target");
    for (ServiceModel service : candidates) {
      Optional<Route> route =
          switch (service.metadata().protocol()) {
            case "json" ->
                target.isPresent()
                    ? byTarget(service, target.get(), request)
                    : service.older().flatMap(older -> byAction(older, request));
            case "query" -> byAction(service, request);
            default -> byPath(service, request);
          };
      if (route.isPresent()) {
        return route.get();
      }
    }
    throw new AwsException(
        "UnknownOperationException",
        404,
        "There is no operation "
            + target.orElse(request.method() + " " + request.path()).transform(Texts::shorten));
  }

  /** The service that a request most likely means, for an answer to what has no route. */
  Optional<ServiceModel> guess(WireRequest request) {
    try {
      return Optional.of(route(request).service());
    } catch (AwsException unroutable) {
      return guessByScope(request);
    }
  }

  private Optional<ServiceModel> guessByScope(WireRequest request) {
    try {
      Optional<String> scope = SigV4.serviceOf(request);
      return services.stream()
          .filter(service -> scope.equals(Optional.of(service.metadata().signingName())))
          .findFirst()
          .map(
              service ->
                  request.headers().first("x-amz-target").isPresent()
                      ? service
                      : service.older().orElse(service));
    } catch (AwsException brokenQuery) {
      return Optional.empty();
    }
  }

  private static Optional<Route> byTarget(
      ServiceModel service, String target, WireRequest request) {
    int dot = target.lastIndexOf('.');
    String prefix = dot < 0 ? "" : target.substring(0, dot);
    if (!service.metadata().targetPrefix().orElse("").equals(prefix)) {
      return Optional.empty();
    }
    return service
        .operation(target.substring(dot + 1))
        .map(operation -> new Route(service, operation, Map.of(), request));
  }

  private Optional<Route> byAction(ServiceModel service, WireRequest request) {
    // Which operation it is, and so whether it may be compressed, stands in the body itself.
    byte[] body = compressible.contains(service) ? ContentCoding.body(request) : request.body();
    QueryString parameters = parameters(request.query(), body);
    String version = service.metadata().apiVersion();
    if (!parameters.first("Version").orElse(version).equals(version)) {
      return Optional.empty();
    }
    return parameters
        .first("Action")
        .flatMap(service::operation)
        .map(operation -> new Route(service, operation, Map.of(), request));
  }

  /** The parameters of a query call: of the body if there is one, else of the query string. */
  static QueryString parameters(String query, byte[] body) {
    return QueryString.parse(body.length > 0 ? new String(body, StandardCharsets.UTF_8) : query);
  }

  private Optional<Route> byPath(ServiceModel service, WireRequest request) {
    List<OperationModel> operations =
        byMethod.getOrDefault(service, Map.of()).getOrDefault(request.method(), List.of());
    if (operations.isEmpty()) {
      return Optional.empty();
    }
    List<String> path = UriTemplate.split(request.path());
    boolean slash = request.path().endsWith("/") && !path.isEmpty();
    List<Route> found = new ArrayList<>();
    @Nullable QueryString query = null;
    for (OperationModel operation : operations) {
      Optional<Map<String, String>> labels = operation.uri().match(path, slash);
      if (labels.isEmpty()) {
        continue;
      }
      if (!operation.uri().query().isEmpty()) {
        query = query == null ? QueryString.parse(request.query()) : query;
        if (!hasAll(query, operation.uri().query())) {
          continue;
        }
      }
      found.add(new Route(service, operation, labels.get(), request));
    }
    return found.size() <= 1 ? found.stream().findFirst() : mostSpecific(found, request);
  }

  private static boolean hasAll(QueryString query, Map<String, String> wanted) {
    return wanted.entrySet().stream()
        .allMatch(
            pair ->
                query.has(pair.getKey())
                    && (pair.getValue().isEmpty()
                        || query.all(pair.getKey()).contains(pair.getValue())));
  }

  /**
   * Of several templates that match: the one with most literals, then most of its query present,
   * then most required members present in query and headers, which is how S3 tells a copy from an
   * upload.
   */
  private static Optional<Route> mostSpecific(List<Route> routes, WireRequest request) {
    QueryString query = QueryString.parse(request.query());
    return routes.stream()
        .max(
            Comparator.comparingInt((Route route) -> route.operation().uri().literals())
                .thenComparingInt(route -> route.operation().uri().query().size())
                .thenComparingInt(route -> requiredScore(route, query, request.headers()))
                .thenComparing(route -> !route.operation().deprecated()));
  }

  private static int requiredScore(Route route, QueryString query, Headers headers) {
    int present = 0;
    int absent = 0;
    for (Member member : route.service().input(route.operation()).members().values()) {
      boolean counts =
          member.required()
              && (member.location() == Member.Location.QUERY
                  || member.location() == Member.Location.HEADER);
      if (counts) {
        boolean given =
            member.location() == Member.Location.QUERY
                ? query.has(member.wireName())
                : headers.first(member.wireName()).isPresent();
        present += given ? 1 : 0;
        absent += given ? 0 : 1;
      }
    }
    return absent > 0 ? -absent : present;
  }
}
