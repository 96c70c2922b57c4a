package io.mayfly.sns;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Posts to HTTP endpoints. An endpoint has fifteen seconds to answer; of what it answers only the
 * status is looked at, and nobody is sent elsewhere. Safe for use by many threads.
 */
final class HttpPost implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int MOST_READ = 64 * 1024;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(TIMEOUT)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  /** Posts and waits for the answer. */
  HttpAnswer post(URI url, Map<String, String> headers, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(withoutUser(url))
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::setHeader);
    if (url.getUserInfo() != null) {
      request.setHeader(
          "Authorization",
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(url.getUserInfo().getBytes(StandardCharsets.UTF_8)));
    }
    CompletableFuture<HttpResponse<Boolean>> answer =
        client.sendAsync(request.build(), _ -> new Discarding());
    try {
      // The client's own timeout ends with the head of the answer.
      int status = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      return new HttpAnswer(status, "the endpoint answered with status " + status);
    } catch (TimeoutException e) {
      answer.cancel(true);
      return new HttpAnswer(0, "the endpoint did not answer within " + TIMEOUT.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new HttpAnswer(0, "the endpoint could not be reached: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(true);
      return new HttpAnswer(0, "the platform is shutting down");
    }
  }

  /** The URL without user and password, which travel in a header. */
  private static URI withoutUser(URI url) {
    String user = url.getRawUserInfo();
    return user == null ? url : URI.create(url.toString().replaceFirst("//[^/?#]*@", "//"));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  /** Reads an answer to its end, so that the connection serves again, unless that is too far. */
  private static final class Discarding implements HttpResponse.BodySubscriber<Boolean> {
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private Flow.@Nullable Subscription reading;
    private int read;

    @Override
    public CompletionStage<Boolean> getBody() {
      return ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      reading = subscription;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      buffers.forEach(buffer -> read += buffer.remaining());
      if (read > MOST_READ && reading != null) {
        reading.cancel();
        ended.complete(false);
      }
    }

    @Override
    public void onError(Throwable failure) {
      // The status is known, and decides.
      ended.complete(false);
    }

    @Override
    public void onComplete() {
      ended.complete(true);
    }
  }
}
