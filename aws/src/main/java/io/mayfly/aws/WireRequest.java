package io.mayfly.aws;

import java.util.Optional;

/**
 * An HTTP request as it came, nothing decoded.
 *
 * @param path the path as on the request line, still encoded, without the query
 * @param query what follows the first {@code ?}, still encoded; empty if there is none
 * @param body the whole body, its length already bounded by the listener
 */
public record WireRequest(String method, String path, String query, Headers headers, byte[] body) {
  /**
   * The first value of a query parameter, decoded.
   *
   * @throws AwsException if the query's encoding is broken
   */
  public Optional<String> queryParameter(String name) {
    return QueryString.parse(query).first(name);
  }
}
