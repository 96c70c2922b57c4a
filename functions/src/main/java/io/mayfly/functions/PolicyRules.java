package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.ResourcePolicy;
import io.mayfly.model.ResourcePolicy.Statement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** How a resource policy, of whatever resource, comes to be and changes. */
final class PolicyRules {
  /** As long as Lambda lets one be. */
  private static final int MOST_BYTES = 20 * 1024;

  private PolicyRules() {}

  /**
   * A policy with a statement more.
   *
   * @throws MayflyException if the statement's id is taken, or the policy would be too long
   */
  static ResourcePolicy add(Optional<ResourcePolicy> before, Statement statement) {
    if (before.flatMap(policy -> policy.find(statement.id())).isPresent()) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement."
              .formatted(statement.id()));
    }
    ResourcePolicy after =
        before.orElseGet(() -> new ResourcePolicy(List.of(), "")).with(statement, Revisions.next());
    int bytes = PolicyDocument.of(after).getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw new MayflyException(
          ErrorCode.POLICY_LENGTH_EXCEEDED,
          "The final policy size (%d) is bigger than the limit (%d).".formatted(bytes, MOST_BYTES));
    }
    return after;
  }

  /**
   * A policy without a statement; none if that was the last.
   *
   * @throws MayflyException if there is no such statement, or the policy is not the one that the
   *     caller expects
   */
  static Optional<ResourcePolicy> remove(
      Optional<ResourcePolicy> before, String id, Optional<String> revision) {
    ResourcePolicy policy =
        before.orElseThrow(() -> notFound("No policy is associated with the given resource."));
    if (policy.find(id).isEmpty()) {
      throw notFound("Statement %s is not found in resource policy.".formatted(id));
    }
    Revisions.check(revision, policy.revisionId());
    ResourcePolicy after = policy.without(id, Revisions.next());
    return after.statements().isEmpty() ? Optional.empty() : Optional.of(after);
  }

  private static MayflyException notFound(String what) {
    return new MayflyException(ErrorCode.NOT_FOUND, what);
  }
}
