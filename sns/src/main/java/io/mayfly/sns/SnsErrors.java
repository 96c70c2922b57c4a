package io.mayfly.sns;

import io.mayfly.aws.AwsException;

/** What SNS refuses, in its words. */
final class SnsErrors {
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  /** Of what was sent, as much is repeated in an error. */
  private static final int SHOWN = 256;

  private SnsErrors() {}

  /**
   * A parameter is wrong.
   *
   * @param what its name, and the reason if there is more to say
   */
  static AwsException invalid(String what) {
    return new AwsException("InvalidParameter", BAD_REQUEST, "Invalid parameter: " + what);
  }

  static AwsException invalid(String parameter, String reason) {
    return invalid(parameter + " Reason: " + reason);
  }

  /** A message attribute is wrong, in the words that SQS has for it too. */
  static AwsException invalidValue(String message) {
    return new AwsException("ParameterValueInvalid", BAD_REQUEST, message);
  }

  static AwsException notFound(String what) {
    return new AwsException("NotFound", NOT_FOUND, what + " does not exist");
  }

  static AwsException noResource() {
    return new AwsException("ResourceNotFound", NOT_FOUND, "Resource does not exist");
  }

  static AwsException unauthorized(String message) {
    return new AwsException("AuthorizationError", FORBIDDEN, message);
  }

  static AwsException limit(String code, String message) {
    return new AwsException(code, FORBIDDEN, message);
  }

  static AwsException batch(String code, String message) {
    return new AwsException(code, BAD_REQUEST, message);
  }

  static AwsException tags(String message) {
    return new AwsException("TagLimitExceeded", BAD_REQUEST, message);
  }

  static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
