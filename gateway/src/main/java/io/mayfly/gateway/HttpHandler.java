package io.mayfly.gateway;

/** Answers requests. */
interface HttpHandler {
  HttpResponse handle(HttpRequest request);

  /**
   * Whether it never blocks, so that it may be called on a thread that serves many connections.
   * Others are called on a virtual thread of their own for each request.
   */
  default boolean quick() {
    return false;
  }

  /**
   * Answers a request whose body is longer than it takes.
   *
   * @param request without its body
   * @param limit the longest body it takes, in bytes
   */
  HttpResponse tooLarge(HttpRequest request, long limit);
}
