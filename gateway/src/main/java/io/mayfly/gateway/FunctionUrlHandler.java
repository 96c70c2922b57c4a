package io.mayfly.gateway;

import io.mayfly.aws.Access;
import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.RefusalListener;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.SigV4Verifier.Signed;
import io.mayfly.aws.WireResponse;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.dispatch.StreamedResponse;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import io.mayfly.model.TraceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves function URLs: an HTTP request becomes an event, the handler's result an HTTP response.
 */
public final class FunctionUrlHandler implements HttpHandler {
  private static final Logger log = LoggerFactory.getLogger(FunctionUrlHandler.class);

  /** A result up to this size is read and answered by the thread that brings it. */
  private static final int QUICK_BYTES = 64 * 1024;

  private final Account account;
  private final FunctionUrls urls;
  private final Aliases aliases;
  private final FunctionPolicies policies;
  private final Dispatcher dispatcher;
  private final RefusalListener refusals;
  private final SigV4Verifier verifier;
  private final Authorizer authorizer;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final FunctionUrlAnswer answers = new FunctionUrlAnswer();
  private final String hostSuffix;

  /** For answers that take their time to be read. */
  private final Executor aside = task -> Thread.ofVirtual().name("answer").start(task);

  public FunctionUrlHandler(
      Account account,
      FunctionUrls urls,
      Aliases aliases,
      FunctionPolicies policies,
      Dispatcher dispatcher,
      RefusalListener refusals,
      SigV4Verifier verifier,
      Authorizer authorizer,
      InstantSource clock,
      RandomGenerator random) {
    this.account = account;
    this.urls = urls;
    this.aliases = aliases;
    this.policies = policies;
    this.dispatcher = dispatcher;
    this.refusals = refusals;
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.clock = clock;
    this.random = random;
    this.hostSuffix = FunctionUrl.host("", account.region());
  }

  /** The id that a host name of a function URL begins with; empty for any other host. */
  private Optional<String> idOf(String host) {
    return host.endsWith(hostSuffix)
        ? Optional.of(host.substring(0, host.length() - hostSuffix.length()))
        : Optional.empty();
  }

  @Override
  public boolean quick() {
    return true;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    RequestId requestId = newRequestId();
    Optional<FunctionUrl> url = idOf(request.host()).flatMap(urls::byId);
    if (url.isEmpty()) {
      return refuse(
          request,
          requestId,
          new AwsException(
              ErrorCode.NOT_FOUND.wireCode(), 404, "There is no function URL at this address"));
    }
    Optional<WireResponse> preflight =
        url.get().cors().flatMap(settings -> Cors.preflight(settings, request));
    if (preflight.isPresent()) {
      return new HttpResponse.Whole(preflight.get());
    }
    return new HttpResponse.Later(
        answer(request, url.get(), requestId)
            .thenApply(
                answer -> {
                  url.get().cors().ifPresent(settings -> allow(settings, request, answer));
                  return answer;
                }));
  }

  private static void allow(FunctionUrl.Cors settings, HttpRequest request, HttpResponse answer) {
    switch (answer) {
      case HttpResponse.Whole whole -> Cors.apply(settings, request, whole.wire().headers());
      case HttpResponse.Streamed streamed -> Cors.apply(settings, request, streamed.headers());
      case HttpResponse.Later _ -> {}
    }
  }

  @Override
  public HttpResponse tooLarge(HttpRequest request, long limit) {
    ErrorCode code = ErrorCode.REQUEST_TOO_LARGE;
    return refuse(
        request,
        newRequestId(),
        new AwsException(code.wireCode(), code.status(), "Request Entity Too Large"));
  }

  private static RequestId newRequestId() {
    return new RequestId(UUID.randomUUID().toString());
  }

  private CompletableFuture<HttpResponse> answer(
      HttpRequest request, FunctionUrl url, RequestId requestId) {
    try {
      return call(request, url, requestId)
          .exceptionally(failure -> refusal(failure, request, url, requestId));
    } catch (AwsException | MayflyException e) {
      return CompletableFuture.completedFuture(refusal(e, request, url, requestId));
    }
  }

  /** What is answered for a call that did not come about; other failures are not for here. */
  private HttpResponse refusal(
      Throwable failure, HttpRequest request, FunctionUrl url, RequestId requestId) {
    return switch (failure instanceof CompletionException ? failure.getCause() : failure) {
      case AwsException e -> refuse(request, requestId, e);
      case MayflyException e when e.code().category() == ErrorCode.Category.INTERNAL -> {
        log.error("function URL of {}: {}", url.function(), e.getMessage());
        refusals.refused(requestId.value(), asked(request), AwsException.of(e));
        yield message(502, requestId, "Internal Server Error");
      }
      case MayflyException e -> refuse(request, requestId, AwsException.of(e));
      case null, default -> throw new CompletionException(failure);
    };
  }

  private HttpResponse refuse(HttpRequest request, RequestId requestId, AwsException error) {
    refusals.refused(requestId.value(), asked(request), error);
    return message(error.status(), requestId, error.getMessage());
  }

  private static String asked(HttpRequest request) {
    return request.wire().method() + " http://" + request.host() + request.wire().path();
  }

  private CompletableFuture<HttpResponse> call(
      HttpRequest request, FunctionUrl url, RequestId requestId) {
    return switch (url.authType()) {
      case NONE -> {
        requirePublic(url);
        yield call(request, url, requestId, Optional.empty());
      }
      case AWS_IAM -> {
        Signed signed = authenticate(request, url, requestId);
        yield call(
            request.with(signed.request()), url, requestId, Optional.of(signer(signed.caller())));
      }
    };
  }

  private CompletableFuture<HttpResponse> call(
      HttpRequest request,
      FunctionUrl url,
      RequestId requestId,
      Optional<FunctionUrlEvent.Signer> signer) {
    Instant now = clock.instant();
    String traceId =
        TraceId.continueOrStart(request.wire().headers().first("x-amzn-trace-id"), now, random);
    byte[] event = FunctionUrlEvent.of(request, url, requestId, signer, traceId, now);
    InvokeRequest invoke =
        new InvokeRequest(
            requestId,
            aliases.serving(url.function(), url.alias()),
            arn(url),
            event,
            traceId,
            Optional.empty(),
            Optional.empty());
    return switch (url.invokeMode()) {
      case BUFFERED -> buffered(dispatcher.submit(invoke), request, requestId, traceId);
      case RESPONSE_STREAM -> streamed(dispatcher.stream(invoke), request, requestId, traceId);
    };
  }

  private CompletableFuture<HttpResponse> buffered(
      CompletableFuture<InvokeResult> result,
      HttpRequest request,
      RequestId requestId,
      String traceId) {
    return result.thenCompose(
        done ->
            done.payload().length <= QUICK_BYTES
                ? CompletableFuture.completedFuture(response(done, request, requestId, traceId))
                : CompletableFuture.supplyAsync(
                    () -> response(done, request, requestId, traceId), aside));
  }

  private CompletableFuture<HttpResponse> streamed(
      StreamedResponse response, HttpRequest request, RequestId requestId, String traceId) {
    return response
        .begun()
        .thenCompose(
            mediaType ->
                mediaType.isPresent()
                    ? CompletableFuture.supplyAsync(
                        () -> stream(response, mediaType.get(), request, requestId, traceId), aside)
                    : response.result().thenApply(result -> asItIs(result, requestId, traceId)));
  }

  private HttpResponse stream(
      StreamedResponse response,
      String mediaType,
      HttpRequest request,
      RequestId requestId,
      String traceId) {
    FunctionUrlStream stream = new FunctionUrlStream(response, mediaType);
    return stream
        .begin(answers)
        .<HttpResponse>map(
            head -> {
              identify(head.headers(), requestId, traceId);
              return new HttpResponse.Streamed(head.status(), head.headers(), stream);
            })
        .orElseGet(
            () ->
                stream.brokenOff()
                    ? message(502, requestId, "Internal Server Error")
                    : badGateway(request, requestId));
  }

  /** A result that was not streamed, behind an address that streams: its bytes are the body. */
  private static HttpResponse asItIs(InvokeResult result, RequestId requestId, String traceId) {
    if (result.failure().isPresent()) {
      return message(502, requestId, "Internal Server Error");
    }
    Headers headers = new Headers().set("content-type", result.contentType());
    identify(headers, requestId, traceId);
    return new HttpResponse.Whole(new WireResponse(200, headers, result.payload()));
  }

  private HttpResponse response(
      InvokeResult result, HttpRequest request, RequestId requestId, String traceId) {
    if (result.failure().isPresent()) {
      return message(502, requestId, "Internal Server Error");
    }
    return answers
        .of(result)
        .<HttpResponse>map(
            wire -> {
              identify(wire.headers(), requestId, traceId);
              return new HttpResponse.Whole(wire);
            })
        .orElseGet(() -> badGateway(request, requestId));
  }

  /** The handler has answered with what describes no HTTP response. */
  private HttpResponse badGateway(HttpRequest request, RequestId requestId) {
    refusals.refused(
        requestId.value(),
        asked(request),
        new AwsException(
            "InvalidResponse",
            502,
            "the handler's result describes no HTTP response; see 'Lambda function URL response payload format' in Lambda's developer guide"));
    return message(502, requestId, "Internal Server Error");
  }

  /** Whoever may call an address without a signature is said by its function's policy. */
  private void requirePublic(FunctionUrl url) {
    if (!policies.everybodyMayCallUrl(url.function(), url.alias())) {
      throw new AwsException(
          ErrorCode.ACCESS_DENIED.wireCode(),
          ErrorCode.ACCESS_DENIED.status(),
          "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html");
    }
  }

  private Signed authenticate(HttpRequest request, FunctionUrl url, RequestId requestId) {
    Signed signed = verifier.verify(request.wire(), "lambda", requestId.value());
    authorizer.authorize(
        signed.caller(), () -> new Access("lambda:InvokeFunctionUrl", arn(url).toString()));
    return signed;
  }

  private FunctionUrlEvent.Signer signer(Caller caller) {
    return new FunctionUrlEvent.Signer(caller.accessKeyId(), account.id(), caller.principal());
  }

  private FunctionArn arn(FunctionUrl url) {
    return new FunctionArn(account, url.function(), url.alias());
  }

  private static void identify(Headers headers, RequestId requestId, String traceId) {
    headers.set("x-amzn-requestid", requestId.value());
    headers.set("x-amzn-trace-id", traceId);
  }

  /** An answer of the platform's own, in the form that function URLs use. */
  private static HttpResponse message(int status, RequestId requestId, String text) {
    HttpResponse response =
        HttpResponse.json(status, JsonMapper.shared().writeValueAsString(Map.of("Message", text)));
    if (response instanceof HttpResponse.Whole whole) {
      whole.wire().headers().set("x-amzn-requestid", requestId.value());
    }
    return response;
  }
}
