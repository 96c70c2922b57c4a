package io.mayfly.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP response.
 *
 * @param headers by lower-case name, each with its lines in the order of arrival
 */
public record Reply(int status, Map<String, List<String>> headers, byte[] body) {
  /** The first line of a header, or nothing at all. */
  public String header(String name) {
    return headers(name).stream().findFirst().orElse("");
  }

  /** Every line of a header. */
  public List<String> headers(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /** The body as text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
