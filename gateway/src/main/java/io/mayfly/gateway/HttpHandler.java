package io.mayfly.gateway;

/** Answers requests. Called on a virtual thread of its own for each request; may block. */
interface HttpHandler {
  HttpResponse handle(HttpRequest request);
}
