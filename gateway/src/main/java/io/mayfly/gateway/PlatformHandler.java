package io.mayfly.gateway;

import io.mayfly.aws.Access;
import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.WireResponse;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.Layers;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform's own endpoints under {@code /_mayfly/}. All but {@code health} must be signed for
 * the service {@code mayfly}.
 *
 * <ul>
 *   <li>{@code health}: 200 while the platform serves
 *   <li>{@code runtimes}: what this machine offers, as a JSON array
 *   <li>{@code logs/NAME[?follow=true]}: a function's log as text
 *   <li>{@code code/NAME[/VERSION]}: a function's zip file, by the presigned address that
 *       GetFunction gives
 *   <li>{@code layers/NAME/VERSION}: a layer's zip file, by the presigned address that
 *       GetLayerVersion gives
 *   <li>{@code why/REQUEST_ID}: what is remembered of a request, as a JSON array
 *   <li>{@code metrics}: for Prometheus, which cannot sign: the owner's keys as user and password
 *       (RFC 7617) are taken here too
 * </ul>
 */
public final class PlatformHandler implements HttpHandler {
  /** The name that requests to these endpoints are signed for. */
  public static final String SIGNING_NAME = "mayfly";

  private static final Pattern LOGS = Pattern.compile("/_mayfly/logs/([A-Za-z0-9-_]{1,64})");
  private static final String METRICS = "/_mayfly/metrics";
  private static final Pattern WHY = Pattern.compile("/_mayfly/why/([A-Za-z0-9-]{1,64})");
  private static final Pattern CODE =
      Pattern.compile("/_mayfly/code/([A-Za-z0-9-_]{1,64})(?:/([1-9][0-9]{0,17}))?");

  private static final Pattern LAYER =
      Pattern.compile("/_mayfly/layers/([A-Za-z0-9-_]{1,140})/([1-9][0-9]{0,17})");

  /** What a session needs permission for, to see what is the platform's own. */
  private static final Access LOOK = new Access("mayfly:Look", "*");

  private final SigV4Verifier verifier;
  private final Authorizer authorizer;
  private final FunctionCatalog catalog;
  private final Layers layers;
  private final Function<CodeReference, Path> zip;
  private final Supplier<List<Map<String, String>>> runtimes;
  private final LogSource logs;
  private final Function<RequestId, List<?>> explanations;
  private final MetricsSource metrics;
  private final Predicate<Headers> password;
  private final JsonMapper json = JsonMapper.shared();

  /** Where the metrics are read; {@code accept} is the header of the one who asks. */
  public interface MetricsSource {
    String contentType(String accept);

    void write(String accept, OutputStream target) throws IOException;
  }

  /** Where functions' logs are read. */
  @FunctionalInterface
  public interface LogSource {
    /** Copies a log to {@code target}; with {@code follow}, until the target fails. */
    void copy(FunctionName function, boolean follow, OutputStream target) throws IOException;
  }

  /**
   * Wires the endpoints.
   *
   * @param zip where a zip file lies
   * @param runtimes one row for each runtime that the machine offers
   * @param explanations why a request was answered as it was; empty if it is not remembered
   * @param password whether a request carries the owner's keys as a password
   */
  public PlatformHandler(
      SigV4Verifier verifier,
      Authorizer authorizer,
      FunctionCatalog catalog,
      Layers layers,
      Function<CodeReference, Path> zip,
      Supplier<List<Map<String, String>>> runtimes,
      LogSource logs,
      Function<RequestId, List<?>> explanations,
      MetricsSource metrics,
      Predicate<Headers> password) {
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.catalog = catalog;
    this.layers = layers;
    this.zip = zip;
    this.runtimes = runtimes;
    this.logs = logs;
    this.explanations = explanations;
    this.metrics = metrics;
    this.password = password;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    String path = request.wire().path();
    if (path.equals("/_mayfly/health")) {
      return HttpResponse.json(200, "{\"status\":\"ok\"}");
    }
    try {
      if (!path.equals(METRICS) || !password.test(request.wire().headers())) {
        Caller caller = verifier.verify(request.wire(), SIGNING_NAME, UUID.randomUUID().toString());
        authorizer.authorize(caller, () -> LOOK);
      }
      return authenticated(request, path);
    } catch (AwsException e) {
      return message(e.status(), e.getMessage());
    } catch (MayflyException e) {
      return message(e.code().status(), e.getMessage());
    } catch (IOException e) {
      return message(500, "the answer cannot be read from the disk: " + e.getMessage());
    }
  }

  @Override
  public HttpResponse tooLarge(HttpRequest request, long limit) {
    return message(413, "the body is too large");
  }

  private HttpResponse authenticated(HttpRequest request, String path) throws IOException {
    if (!request.wire().method().equals("GET")) {
      return message(405, "only GET is possible here");
    }
    if (path.equals("/_mayfly/runtimes")) {
      return HttpResponse.json(200, json.writeValueAsString(runtimes.get()));
    }
    Matcher log = LOGS.matcher(path);
    if (log.matches()) {
      FunctionName function = catalog.require(new FunctionName(log.group(1))).name();
      boolean follow = request.wire().query().contains("follow=true");
      return new HttpResponse.Streamed(
          200,
          new Headers().set("content-type", "text/plain; charset=utf-8"),
          target -> logs.copy(function, follow, target));
    }
    Matcher code = CODE.matcher(path);
    if (code.matches()) {
      String version = Optional.ofNullable(code.group(2)).orElse(FunctionVersion.LATEST);
      FunctionConfig config =
          catalog.require(new FunctionVersion(new FunctionName(code.group(1)), version));
      return zipFile(config.code());
    }
    Matcher layer = LAYER.matcher(path);
    if (layer.matches()) {
      Optional<LayerVersion> version =
          layers.find(new LayerVersionId(layer.group(1), Long.parseLong(layer.group(2))));
      return version.isPresent()
          ? zipFile(version.get().code())
          : message(404, "there is no such layer version");
    }
    Matcher why = WHY.matcher(path);
    if (why.matches()) {
      return HttpResponse.json(
          200, json.writeValueAsString(explanations.apply(new RequestId(why.group(1)))));
    }
    if (path.equals(METRICS)) {
      String accept = request.wire().headers().first("accept").orElse("");
      return new HttpResponse.Streamed(
          200,
          new Headers().set("content-type", metrics.contentType(accept)),
          target -> metrics.write(accept, target));
    }
    return message(404, "there is no endpoint " + path);
  }

  private HttpResponse zipFile(CodeReference code) throws IOException {
    return new HttpResponse.Whole(
        new WireResponse(
            200,
            new Headers().set("content-type", "application/zip"),
            Files.readAllBytes(zip.apply(code))));
  }

  private HttpResponse message(int status, String text) {
    return HttpResponse.json(status, json.writeValueAsString(Map.of("message", text)));
  }
}
