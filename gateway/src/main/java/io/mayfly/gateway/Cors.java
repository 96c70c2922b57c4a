package io.mayfly.gateway;

import io.mayfly.aws.Headers;
import io.mayfly.aws.WireResponse;
import io.mayfly.model.FunctionUrl;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Cross-origin answers of a function URL, after the Fetch standard and the developer guide's
 * "Cross-origin resource sharing": preflights are answered without calling the function, and the
 * URL's settings win over headers that the function sets itself.
 */
final class Cors {
  private static final String ANY = "*";

  private Cors() {}

  /** The answer to a preflight request; empty when the request is none. */
  static Optional<WireResponse> preflight(FunctionUrl.Cors settings, HttpRequest request) {
    Headers headers = request.wire().headers();
    Optional<String> origin = headers.first("origin");
    Optional<String> method = headers.first("access-control-request-method");
    if (!request.wire().method().equals("OPTIONS") || origin.isEmpty() || method.isEmpty()) {
      return Optional.empty();
    }
    Headers answer = new Headers();
    if (allows(settings.allowOrigins(), origin.get())
        && allows(settings.allowMethods(), method.get().toUpperCase(Locale.ROOT))) {
      allowOrigin(settings, origin.get(), answer);
      answer.set("access-control-allow-methods", String.join(",", settings.allowMethods()));
      if (!settings.allowHeaders().isEmpty()) {
        answer.set("access-control-allow-headers", String.join(",", settings.allowHeaders()));
      }
      settings
          .maxAge()
          .ifPresent(age -> answer.set("access-control-max-age", Long.toString(age.toSeconds())));
    }
    return Optional.of(new WireResponse(200, answer, new byte[0]));
  }

  /** Adds what a browser needs to show the answer to the page that asked. */
  static void apply(FunctionUrl.Cors settings, HttpRequest request, Headers answer) {
    Optional<String> origin = request.wire().headers().first("origin");
    if (origin.isEmpty() || !allows(settings.allowOrigins(), origin.get())) {
      return;
    }
    allowOrigin(settings, origin.get(), answer);
    if (!settings.exposeHeaders().isEmpty()) {
      answer.set("access-control-expose-headers", String.join(",", settings.exposeHeaders()));
    }
  }

  private static void allowOrigin(FunctionUrl.Cors settings, String origin, Headers answer) {
    boolean credentials = settings.allowCredentials().orElse(false);
    // A browser refuses "*" together with credentials, so the origin itself is named then.
    boolean any = settings.allowOrigins().contains(ANY) && !credentials;
    answer.set("access-control-allow-origin", any ? ANY : origin);
    if (!any) {
      answer.add("vary", "Origin");
    }
    if (credentials) {
      answer.set("access-control-allow-credentials", "true");
    }
  }

  private static boolean allows(List<String> allowed, String value) {
    return allowed.stream().anyMatch(entry -> matches(entry, value));
  }

  /**
   * An entry may hold one {@code *} that stands for any text, as in {@code https://*.example.com}.
   */
  private static boolean matches(String entry, String value) {
    int star = entry.indexOf('*');
    if (star < 0) {
      return entry.equalsIgnoreCase(value);
    }
    String head = entry.substring(0, star);
    String end = entry.substring(star + 1);
    return value.length() >= head.length() + end.length()
        && value.regionMatches(true, 0, head, 0, head.length())
        && value.regionMatches(true, value.length() - end.length(), end, 0, end.length());
  }
}
