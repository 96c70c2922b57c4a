package io.mayfly.sqs;

import io.mayfly.aws.AwsException;

/**
 * What SQS refuses, in its words. The codes are those of the JSON protocol; what older clients know
 * them by stands in {@code sqs-2012-11-05.query.json}.
 */
final class SqsErrors {
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  /** Of what was sent, as much is repeated in an error. */
  private static final int SHOWN = 256;

  private SqsErrors() {}

  static AwsException invalid(String message) {
    return new AwsException("InvalidParameterValueException", BAD_REQUEST, message);
  }

  static AwsException invalid(Object value, String parameter, String reason) {
    return invalid(
        "Value %s for parameter %s is invalid. Reason: %s"
            .formatted(shown(value), parameter, reason));
  }

  static AwsException missing(String parameter) {
    return new AwsException(
        "MissingParameterException",
        BAD_REQUEST,
        "The request must contain the parameter " + parameter + ".");
  }

  static AwsException invalidAddress(String url) {
    return new AwsException(
        "InvalidAddress",
        NOT_FOUND,
        "The address %s is not valid for this endpoint.".formatted(shown(url)));
  }

  static AwsException denied(String resource) {
    return new AwsException(
        "AccessDeniedException",
        FORBIDDEN,
        "Access to the resource %s is denied.".formatted(shown(resource)));
  }

  static AwsException noQueue() {
    return new AwsException(
        "QueueDoesNotExist", BAD_REQUEST, "The specified queue does not exist.");
  }

  static AwsException exists(String attribute) {
    return new AwsException(
        "QueueNameExists",
        BAD_REQUEST,
        "A queue already exists with the same name and a different value for attribute "
            + attribute);
  }

  static AwsException unknownAttribute(String name) {
    return new AwsException(
        "InvalidAttributeName", BAD_REQUEST, "Unknown Attribute %s.".formatted(shown(name)));
  }

  static AwsException invalidAttribute(String name) {
    return invalidAttribute(name, "");
  }

  static AwsException invalidAttribute(String name, String reason) {
    return new AwsException(
        "InvalidAttributeValue",
        BAD_REQUEST,
        "Invalid value for the parameter %s.%s"
            .formatted(name, reason.isEmpty() ? "" : " Reason: " + reason));
  }

  static AwsException invalidReceipt(String handle) {
    return new AwsException(
        "ReceiptHandleIsInvalid",
        BAD_REQUEST,
        "The input receipt handle \"%s\" is not a valid receipt handle.".formatted(shown(handle)));
  }

  /** Of a first-in-first-out queue, where a message whose lease is over may be with another. */
  static AwsException expiredReceipt(String handle) {
    return invalid(handle, "ReceiptHandle", "The receipt handle has expired");
  }

  static AwsException notInFlight() {
    return new AwsException(
        "MessageNotInflight", BAD_REQUEST, "The specified message isn't in flight.");
  }

  static AwsException invalidContents() {
    return new AwsException(
        "InvalidMessageContents",
        BAD_REQUEST,
        "Invalid characters found. Valid unicode characters are: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF");
  }

  static AwsException overLimit(String message) {
    return new AwsException("OverLimit", FORBIDDEN, message);
  }

  static AwsException purging(String queue) {
    return new AwsException(
        "PurgeQueueInProgress",
        FORBIDDEN,
        "Only one PurgeQueue operation on %s is allowed every 60 seconds.".formatted(queue));
  }

  static AwsException noSuchTask() {
    return new AwsException("ResourceNotFoundException", NOT_FOUND, "Task does not exist.");
  }

  static AwsException noSuchResource(String parameter) {
    return new AwsException(
        "ResourceNotFoundException",
        NOT_FOUND,
        "The resource that you specified for the %s parameter doesn't exist.".formatted(parameter));
  }

  static AwsException unsupported(String message) {
    return new AwsException("UnsupportedOperation", BAD_REQUEST, message);
  }

  static AwsException batch(String code, String message) {
    return new AwsException(code, BAD_REQUEST, message);
  }

  private static String shown(Object value) {
    String text = value.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
