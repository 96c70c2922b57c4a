package io.mayfly.aws;

/** What is wrong with a signature, in AWS's words. Every one is answered with 403. */
final class SigV4Errors {
  private static final int FORBIDDEN = 403;

  private SigV4Errors() {}

  static AwsException missingToken() {
    return new AwsException(
        "MissingAuthenticationTokenException", FORBIDDEN, "Missing Authentication Token");
  }

  static AwsException incomplete(String message) {
    return new AwsException("IncompleteSignatureException", FORBIDDEN, message);
  }

  static AwsException invalid(String message) {
    return new AwsException("InvalidSignatureException", FORBIDDEN, message);
  }

  static AwsException mismatch() {
    return invalid(
        "The request signature we calculated does not match the signature you provided. Check your"
            + " AWS Secret Access Key and signing method. Consult the service documentation for"
            + " details.");
  }

  static AwsException unrecognizedClient() {
    return new AwsException(
        "UnrecognizedClientException",
        FORBIDDEN,
        "The security token included in the request is invalid.");
  }
}
