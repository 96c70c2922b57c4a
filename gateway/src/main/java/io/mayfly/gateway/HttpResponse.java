package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** What a handler answers. */
sealed interface HttpResponse {
  /** An answer that is there as a whole. */
  record Whole(WireResponse wire) implements HttpResponse {}

  /** An answer that is written as it comes about; ends when {@code body} returns. */
  record Streamed(int status, Headers headers, Body body) implements HttpResponse {}

  /** Writes a body. */
  @FunctionalInterface
  interface Body {
    void writeTo(OutputStream target) throws IOException;
  }

  static HttpResponse json(int status, String body) {
    return new Whole(
        new WireResponse(
            status,
            new Headers().set("content-type", "application/json"),
            body.getBytes(StandardCharsets.UTF_8)));
  }
}
