package io.mayfly.identity;

import io.mayfly.aws.AwsException;

/** What IAM refuses, in its words, by the names of its model's error shapes. */
final class IdentityErrors {
  private IdentityErrors() {}

  static AwsException noRole(String name) {
    return new AwsException(
        "NoSuchEntityException", 404, "The role with name " + name + " cannot be found.");
  }

  static AwsException noPolicy(String arn) {
    return new AwsException(
        "NoSuchEntityException", 404, "Policy " + arn + " does not exist or is not attachable.");
  }

  static AwsException noVersion(String arn, String version) {
    return new AwsException(
        "NoSuchEntityException",
        404,
        "Policy %s version %s does not exist or is not attachable.".formatted(arn, version));
  }

  static AwsException missing(String message) {
    return new AwsException("NoSuchEntityException", 404, message);
  }

  static AwsException exists(String message) {
    return new AwsException("EntityAlreadyExistsException", 409, message);
  }

  static AwsException conflict(String message) {
    return new AwsException("DeleteConflictException", 409, message);
  }

  static AwsException limit(String message) {
    return new AwsException("LimitExceededException", 409, message);
  }

  static AwsException malformed(String message) {
    return new AwsException("MalformedPolicyDocumentException", 400, message);
  }

  static AwsException invalid(String message) {
    return new AwsException("InvalidInputException", 400, message);
  }

  static AwsException denied(String principal, String action, String resource) {
    return new AwsException(
        "AccessDeniedException",
        403,
        "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action"
            .formatted(principal, action, resource, action));
  }

  static AwsException expired() {
    return new AwsException(
        "ExpiredTokenException", 403, "The security token included in the request is expired");
  }
}
