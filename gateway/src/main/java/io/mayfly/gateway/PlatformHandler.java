package io.mayfly.gateway;

import io.mayfly.aws.Access;
import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.WireAnswer;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform's own endpoints under {@code /_mayfly/}. All but {@code health} and {@code sns} must
 * be signed for the service {@code mayfly}, and show what the account of the key has.
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
 *   <li>{@code events}: what is queued for each function that is called asynchronously, as a JSON
 *       array
 *   <li>{@code events/BUS}: takes events for a bus ({@link EventEndpoint})
 *   <li>{@code metrics}: for Prometheus, which cannot sign: keys as user and password (RFC 7617)
 *       are taken here too
 *   <li>{@code sns}: what subscribers of topics ask at the addresses that they were told, without a
 *       signature
 *   <li>{@code mqtt[/rules[/NAME]]}: what devices publish, and where that is brought ({@link
 *       MqttEndpoint})
 *   <li>{@code keys[/ID]}: the platform's key pairs, for its owner alone ({@link KeyEndpoint})
 * </ul>
 */
public final class PlatformHandler implements HttpHandler {
  /** The name that requests to these endpoints are signed for. */
  public static final String SIGNING_NAME = "mayfly";

  private static final Pattern LOGS = Pattern.compile("/_mayfly/logs/([A-Za-z0-9-_]{1,64})");
  private static final String SNS = "/_mayfly/sns";
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
  private final Function<String, AccountView> accounts;
  private final Supplier<List<Map<String, String>>> runtimes;
  private final KeyEndpoint keys;
  private final EventEndpoint events;
  private final MqttEndpoint mqtt;
  private final Function<Headers, Optional<String>> password;
  private final Function<WireRequest, WireAnswer> topics;
  private final JsonMapper json = JsonMapper.shared();

  /**
   * Wires the endpoints.
   *
   * @param accounts what an account has, by its id
   * @param runtimes one row for each runtime that the machine offers
   * @param keys the platform's key pairs
   * @param password the account whose keys a request carries as a password, if it does
   * @param topics answers what subscribers of topics ask
   */
  public PlatformHandler(
      SigV4Verifier verifier,
      Authorizer authorizer,
      Function<String, AccountView> accounts,
      Supplier<List<Map<String, String>>> runtimes,
      KeyTable keys,
      Function<Headers, Optional<String>> password,
      Function<WireRequest, WireAnswer> topics) {
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.accounts = accounts;
    this.runtimes = runtimes;
    this.keys = new KeyEndpoint(keys);
    this.events = new EventEndpoint(verifier, authorizer, accounts, password);
    this.mqtt = new MqttEndpoint(authorizer);
    this.password = password;
    this.topics = topics;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    String path = request.wire().path();
    if (path.equals("/_mayfly/health")) {
      return HttpResponse.json(200, "{\"status\":\"ok\"}");
    }
    try {
      if (path.equals(SNS) || path.startsWith(SNS + "/")) {
        return topics(request.wire());
      }
      if (path.startsWith(EventEndpoint.PATH)) {
        return events.handle(request.wire());
      }
      Optional<String> known =
          path.equals(METRICS) ? password.apply(request.wire().headers()) : Optional.empty();
      if (known.isPresent()) {
        return metrics(request, accounts.apply(known.get()));
      }
      Caller caller =
          verifier.verify(request.wire(), SIGNING_NAME, UUID.randomUUID().toString()).caller();
      if (path.equals(KeyEndpoint.PATH) || path.startsWith(KeyEndpoint.PATH + "/")) {
        return keys.handle(request.wire(), caller);
      }
      AccountView account = accounts.apply(caller.account());
      if (path.equals(MqttEndpoint.PATH) || path.startsWith(MqttEndpoint.PATH + "/")) {
        return mqtt.handle(request.wire(), caller, account.catalog().account(), account.mqtt());
      }
      authorizer.authorize(caller, () -> LOOK);
      return look(request, path, account);
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

  private HttpResponse topics(WireRequest request) {
    if (!request.method().equals("GET")) {
      return message(405, "only GET is possible here");
    }
    return topics.apply(request) instanceof WireResponse whole
        ? new HttpResponse.Whole(whole)
        : message(404, "there is nothing at this address");
  }

  private HttpResponse look(HttpRequest request, String path, AccountView account)
      throws IOException {
    if (!request.wire().method().equals("GET")) {
      return message(405, "only GET is possible here");
    }
    if (path.equals("/_mayfly/runtimes")) {
      return HttpResponse.json(200, json.writeValueAsString(runtimes.get()));
    }
    Matcher log = LOGS.matcher(path);
    if (log.matches()) {
      FunctionName function = account.catalog().require(new FunctionName(log.group(1))).name();
      boolean follow = request.wire().query().contains("follow=true");
      return new HttpResponse.Streamed(
          200,
          new Headers().set("content-type", "text/plain; charset=utf-8"),
          target -> account.logs().copy(function, follow, target));
    }
    Matcher code = CODE.matcher(path);
    if (code.matches()) {
      String version = Optional.ofNullable(code.group(2)).orElse(FunctionVersion.LATEST);
      FunctionConfig config =
          account.catalog().require(new FunctionVersion(new FunctionName(code.group(1)), version));
      return zipFile(account, config.code());
    }
    Matcher layer = LAYER.matcher(path);
    if (layer.matches()) {
      Optional<LayerVersion> version =
          account.layers().find(new LayerVersionId(layer.group(1), Long.parseLong(layer.group(2))));
      return version.isPresent()
          ? zipFile(account, version.get().code())
          : message(404, "there is no such layer version");
    }
    Matcher why = WHY.matcher(path);
    if (why.matches()) {
      return HttpResponse.json(
          200, json.writeValueAsString(account.explanations().apply(new RequestId(why.group(1)))));
    }
    if (path.equals("/_mayfly/events")) {
      return HttpResponse.json(200, json.writeValueAsString(account.events().get()));
    }
    if (path.equals(METRICS)) {
      return metrics(request, account);
    }
    return message(404, "there is no endpoint " + path);
  }

  private static HttpResponse metrics(HttpRequest request, AccountView account) {
    String accept = request.wire().headers().first("accept").orElse("");
    AccountView.MetricsSource metrics = account.metrics();
    return new HttpResponse.Streamed(
        200,
        new Headers().set("content-type", metrics.contentType(accept)),
        target -> metrics.write(accept, target));
  }

  private static HttpResponse zipFile(AccountView account, CodeReference code) throws IOException {
    return new HttpResponse.Whole(
        new WireResponse(
            200,
            new Headers().set("content-type", "application/zip"),
            Files.readAllBytes(account.zip().apply(code))));
  }

  private HttpResponse message(int status, String text) {
    return HttpResponse.json(status, json.writeValueAsString(Map.of("message", text)));
  }
}
