package io.mayfly.sandbox;

import java.util.Map;
import java.util.Optional;

/**
 * A request as it came from a jail.
 *
 * @param headers by lower-case name, with the trailers of a chunked body; of a repeated one the
 *     last
 * @param body at most the size asked for; empty if the body was larger
 * @param bodyBytes how large the body was
 */
record HttpRequest(
    String method, String path, Map<String, String> headers, byte[] body, long bodyBytes) {
  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Whether the body was larger than allowed and has been dropped. */
  boolean oversized() {
    return bodyBytes > body.length;
  }
}
