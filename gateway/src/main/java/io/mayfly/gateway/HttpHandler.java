package io.mayfly.gateway;

/** Answers requests. Called on a virtual thread of its own for each request; may block. */
interface HttpHandler {
  HttpResponse handle(HttpRequest request);

  /**
   * Answers a request whose body is longer than it takes.
   *
   * @param request without its body
   * @param limit the longest body it takes, in bytes
   */
  HttpResponse tooLarge(HttpRequest request, long limit);
}
