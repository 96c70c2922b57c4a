package io.mayfly.logs;

import io.mayfly.aws.AwsException;
import java.io.IOException;

/** The service's errors, each with the code and status of the API reference. */
final class Errors {
  private static final int BAD_REQUEST = 400;
  private static final int FAILED = 500;

  private Errors() {}

  static AwsException invalidParameter(String message) {
    return new AwsException("InvalidParameterException", BAD_REQUEST, message);
  }

  static AwsException noGroup() {
    return new AwsException(
        "ResourceNotFoundException", BAD_REQUEST, "The specified log group does not exist.");
  }

  static AwsException noStream() {
    return new AwsException(
        "ResourceNotFoundException", BAD_REQUEST, "The specified log stream does not exist.");
  }

  static AwsException groupExists() {
    return new AwsException(
        "ResourceAlreadyExistsException", BAD_REQUEST, "The specified log group already exists");
  }

  static AwsException disk(IOException failure) {
    return new AwsException(
        "ServiceUnavailableException",
        FAILED,
        "The logs' files cannot be used: %s; check the disk".formatted(failure));
  }
}
