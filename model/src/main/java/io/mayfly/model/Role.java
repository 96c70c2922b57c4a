package io.mayfly.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An IAM role: what a function or a session may do, and who may take it on.
 *
 * @param path begins and ends with a slash
 * @param id {@code AROA} and 17 letters and digits; a role made anew under an old name has another
 * @param trust the policy that says who may assume it, as it was given
 * @param maxSessionSeconds how long a session lasts at most
 * @param inline its own policies by name, as they were given
 * @param attached ARNs of managed policies, in the order in which they were attached
 */
public record Role(
    String name,
    String path,
    String id,
    String trust,
    Optional<String> description,
    int maxSessionSeconds,
    Instant created,
    Map<String, String> tags,
    Map<String, String> inline,
    List<String> attached) {
  public Role {
    tags = Map.copyOf(tags);
    inline = Map.copyOf(inline);
    attached = List.copyOf(attached);
  }

  public String arn(Account account) {
    return "arn:aws:iam::" + account.id() + ":role" + path + name;
  }

  public Role withTrust(String next) {
    return new Role(
        name, path, id, next, description, maxSessionSeconds, created, tags, inline, attached);
  }

  public Role withDescription(Optional<String> next) {
    return new Role(
        name, path, id, trust, next, maxSessionSeconds, created, tags, inline, attached);
  }

  public Role withMaxSessionSeconds(int next) {
    return new Role(name, path, id, trust, description, next, created, tags, inline, attached);
  }

  public Role withTags(Map<String, String> next) {
    return new Role(
        name, path, id, trust, description, maxSessionSeconds, created, next, inline, attached);
  }

  public Role withInline(Map<String, String> next) {
    return new Role(
        name, path, id, trust, description, maxSessionSeconds, created, tags, next, attached);
  }

  public Role withAttached(List<String> next) {
    return new Role(
        name, path, id, trust, description, maxSessionSeconds, created, tags, inline, next);
  }
}
