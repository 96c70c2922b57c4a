package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireResponse;
import io.mayfly.aws.WireStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** What a handler answers. */
sealed interface HttpResponse {
  /** An answer that is there as a whole. */
  record Whole(WireResponse wire) implements HttpResponse {}

  /**
   * An answer that is written as it comes about, on a thread that may wait; ends when {@code body}
   * returns. If that throws, the client sees that there is something missing.
   */
  record Streamed(int status, Headers headers, WireStream.Body body) implements HttpResponse {}

  /**
   * An answer that somebody else is working on.
   *
   * @param answer completes with one of the other two, on a thread that must not block
   */
  record Later(CompletableFuture<HttpResponse> answer) implements HttpResponse {}

  static HttpResponse json(int status, String body) {
    return new Whole(
        new WireResponse(
            status,
            new Headers().set("content-type", "application/json"),
            body.getBytes(StandardCharsets.UTF_8)));
  }
}
