package io.mayfly.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Who must have signed the code of functions, and what becomes of other code ("Using code signing
 * to verify code integrity with Lambda" in the developer guide).
 *
 * @param id {@code csc-} and 17 lower-case letters and digits
 * @param publishers the ARNs of versions of signing profiles
 */
public record CodeSigningConfig(
    String id,
    String description,
    List<String> publishers,
    Policy policy,
    Map<String, String> tags,
    Instant lastModified) {
  /** What becomes of a deployment of code that nobody of the publishers has signed. */
  public enum Policy {
    /** It is deployed. */
    WARN,
    /** It is refused. */
    ENFORCE
  }

  public CodeSigningConfig {
    publishers = List.copyOf(publishers);
    tags = Map.copyOf(tags);
  }

  public String arn(Account account) {
    return arn(account, id);
  }

  /** The ARN that a configuration with this id has. */
  public static String arn(Account account, String id) {
    return "arn:aws:lambda:%s:%s:code-signing-config:%s"
        .formatted(account.region(), account.id(), id);
  }

  public CodeSigningConfig withTags(Map<String, String> next) {
    return new CodeSigningConfig(id, description, publishers, policy, next, lastModified);
  }
}
