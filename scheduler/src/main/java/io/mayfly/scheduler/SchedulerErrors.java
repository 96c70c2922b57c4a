package io.mayfly.scheduler;

import io.mayfly.aws.AwsException;

/** What the Scheduler refuses, in its words where they are known. */
final class SchedulerErrors {
  private static final int BAD_REQUEST = 400;
  private static final int QUOTA = 402;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private SchedulerErrors() {}

  static AwsException invalid(String message) {
    return new AwsException("ValidationException", BAD_REQUEST, message);
  }

  static AwsException invalidExpression(String expression, String why) {
    return invalid("Invalid Schedule Expression %s. Reason: %s".formatted(expression, why));
  }

  static AwsException untrusting() {
    return invalid(
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  }

  static AwsException noSchedule(String name) {
    return new AwsException(
        "ResourceNotFoundException", NOT_FOUND, "Schedule %s does not exist.".formatted(name));
  }

  static AwsException noGroup(String name) {
    return new AwsException(
        "ResourceNotFoundException",
        NOT_FOUND,
        "Schedule group %s does not exist.".formatted(name));
  }

  static AwsException scheduleExists(String name) {
    return new AwsException(
        "ConflictException", CONFLICT, "Schedule %s already exists.".formatted(name));
  }

  static AwsException groupExists(String name) {
    return new AwsException(
        "ConflictException", CONFLICT, "Schedule group %s already exists.".formatted(name));
  }

  static AwsException tooMany(String what) {
    return new AwsException("ServiceQuotaExceededException", QUOTA, what);
  }
}
