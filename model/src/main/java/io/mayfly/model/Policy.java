package io.mayfly.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A managed policy of the account, with the versions that are kept of it.
 *
 * @param path begins and ends with a slash
 * @param id {@code ANPA} and 17 letters and digits
 * @param versions by number; one of them is {@code current}
 * @param last the highest number ever given
 */
public record Policy(
    String name,
    String path,
    String id,
    Optional<String> description,
    Instant created,
    Instant updated,
    int current,
    int last,
    Map<Integer, Version> versions,
    Map<String, String> tags) {
  /** A version, as it was given. */
  public record Version(String document, Instant created) {}

  public Policy {
    versions = Map.copyOf(versions);
    tags = Map.copyOf(tags);
    if (!versions.containsKey(current)) {
      throw new IllegalArgumentException("policy " + name + " has no version " + current);
    }
  }

  public String arn(Account account) {
    return "arn:aws:iam::" + account.id() + ":policy" + path + name;
  }

  /** What applies now. */
  public String document() {
    Version version = versions.get(current);
    if (version == null) {
      throw new IllegalStateException("policy " + name + " has no version " + current);
    }
    return version.document();
  }

  public Policy with(
      int nextCurrent, int nextLast, Map<Integer, Version> nextVersions, Instant now) {
    return new Policy(
        name, path, id, description, created, now, nextCurrent, nextLast, nextVersions, tags);
  }
}
