package io.mayfly.identity;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Structures of the IAM API that several actions share, by their names in the model. */
final class Shapes {
  private Shapes() {}

  record Role(
      String path,
      String roleName,
      String roleId,
      String arn,
      Instant createDate,
      Optional<String> assumeRolePolicyDocument,
      Optional<String> description,
      Optional<Integer> maxSessionDuration,
      List<Tags.Tag> tags) {}

  record Policy(
      String policyName,
      String policyId,
      String arn,
      String path,
      String defaultVersionId,
      int attachmentCount,
      int permissionsBoundaryUsageCount,
      boolean isAttachable,
      Optional<String> description,
      Instant createDate,
      Instant updateDate,
      List<Tags.Tag> tags) {}

  record PolicyVersion(
      Optional<String> document, String versionId, boolean isDefaultVersion, Instant createDate) {}

  static Role of(io.mayfly.model.Role role, Roles roles) {
    return new Role(
        role.path(),
        role.name(),
        role.id(),
        role.arn(roles.account()),
        role.created(),
        Optional.of(encoded(role.trust())),
        role.description(),
        Optional.of(role.maxSessionSeconds()),
        Tags.list(role.tags()));
  }

  static Policy of(io.mayfly.model.Policy policy, Policies policies, Roles roles) {
    String arn = policies.arn(policy);
    return new Policy(
        policy.name(),
        policy.id(),
        arn,
        policy.path(),
        "v" + policy.current(),
        roles.holders(arn).size(),
        0,
        true,
        policy.description(),
        policy.created(),
        policy.updated(),
        Tags.list(policy.tags()));
  }

  /** A version, with its document only where the API gives it. */
  static PolicyVersion version(io.mayfly.model.Policy policy, int number, boolean document) {
    io.mayfly.model.Policy.Version version =
        Optional.ofNullable(policy.versions().get(number)).orElseThrow();
    return new PolicyVersion(
        document ? Optional.of(encoded(version.document())) : Optional.empty(),
        "v" + number,
        number == policy.current(),
        version.created());
  }

  /** Policies travel percent-encoded (RFC 3986) in answers, and plain in requests. */
  static String encoded(String document) {
    return URLEncoder.encode(document, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
