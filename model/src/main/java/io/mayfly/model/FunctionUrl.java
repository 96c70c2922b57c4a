package io.mayfly.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The HTTP address of a function or of one of its aliases.
 *
 * @param alias whose address it is; empty for that of the function itself
 * @param id the first label of its host name: 32 lower-case letters and digits
 */
public record FunctionUrl(
    FunctionName function,
    Optional<String> alias,
    String id,
    AuthType authType,
    Optional<Cors> cors,
    InvokeMode invokeMode,
    Instant created,
    Instant lastModified) {
  /** Who may call the address. */
  public enum AuthType {
    /** Anybody. */
    NONE,
    /** Requests signed with Signature Version 4. */
    AWS_IAM
  }

  /** When the answer starts to flow. */
  public enum InvokeMode {
    /** Once the handler has returned. */
    BUFFERED,
    /** As the handler writes it. */
    RESPONSE_STREAM
  }

  /** Cross-origin settings; empty lists and Optionals were not given. */
  public record Cors(
      Optional<Boolean> allowCredentials,
      List<String> allowHeaders,
      List<String> allowMethods,
      List<String> allowOrigins,
      List<String> exposeHeaders,
      Optional<Duration> maxAge) {
    public Cors {
      allowHeaders = List.copyOf(allowHeaders);
      allowMethods = List.copyOf(allowMethods);
      allowOrigins = List.copyOf(allowOrigins);
      exposeHeaders = List.copyOf(exposeHeaders);
    }
  }

  /** The host name under which the address is served, without a port. */
  public static String host(String id, String region) {
    return id + ".lambda-url." + region + ".localhost";
  }
}
