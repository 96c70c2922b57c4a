package io.mayfly.gateway;

import io.mayfly.model.FunctionUrl;
import io.mayfly.model.Limits;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Where a request goes, told from its host and path before its body is read: a function URL, the
 * platform's own endpoints, or the AWS endpoint, which gets all the rest.
 */
public final class Router {
  private static final String OWN = "/_mayfly/";
  private static final Pattern INVOKE =
      Pattern.compile(
          "/2015-03-31/functions/[^/]+/invocations/?"
              + "|/2021-11-15/functions/[^/]+/response-streaming-invocations/?");

  /** What a zip of 50 MB takes in base64, with the rest of the request. */
  private static final long DEPLOY_BYTES = Limits.ZIPPED_CODE.bytes() * 4 / 3 + 256 * 1024;

  private static final long OWN_BYTES = 64 * 1024;

  private final String urlSuffix;
  private final Function<String, FunctionUrlHandler> functionUrls;
  private final PlatformHandler platform;
  private final AwsHandler aws;

  /**
   * Wires the ways.
   *
   * @param region in the host names of function URLs
   * @param functionUrls who serves the function URL with an id, the first label of its host name
   */
  public Router(
      String region,
      Function<String, FunctionUrlHandler> functionUrls,
      PlatformHandler platform,
      AwsHandler aws) {
    this.urlSuffix = FunctionUrl.host("", region);
    this.functionUrls = functionUrls;
    this.platform = platform;
    this.aws = aws;
  }

  /**
   * A way for a request.
   *
   * @param bodyBytes the longest body it takes
   */
  record Route(HttpHandler handler, long bodyBytes) {}

  Route route(String host, String path) {
    if (host.endsWith(urlSuffix)) {
      String id = host.substring(0, host.length() - urlSuffix.length());
      return new Route(functionUrls.apply(id), Limits.REQUEST_BYTES);
    }
    if (path.startsWith(OWN)) {
      return new Route(
          platform, path.startsWith(EventEndpoint.PATH) ? EventEndpoint.BODY_BYTES : OWN_BYTES);
    }
    return new Route(aws, INVOKE.matcher(path).matches() ? Limits.REQUEST_BYTES : DEPLOY_BYTES);
  }
}
