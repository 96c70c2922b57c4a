package io.mayfly.gateway;

import io.mayfly.aws.WireRequest;

/**
 * A request as the listener hands it on.
 *
 * @param wire method, path, query, headers and the whole body
 * @param host the {@code Host} header in lower case, without the port
 * @param port the port the client used
 * @param remoteAddress the client's address in text form
 * @param protocol for example {@code HTTP/1.1}
 */
record HttpRequest(WireRequest wire, String host, int port, String remoteAddress, String protocol) {
  /** The same with another body and headers. */
  HttpRequest with(WireRequest other) {
    return new HttpRequest(other, host, port, remoteAddress, protocol);
  }
}
