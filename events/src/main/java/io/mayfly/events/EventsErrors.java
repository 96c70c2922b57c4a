package io.mayfly.events;

import io.mayfly.aws.AwsException;

/** What EventBridge refuses, in its words. */
final class EventsErrors {
  private static final int BAD_REQUEST = 400;

  /** Of what was sent, as much is repeated in an error. */
  private static final int SHOWN = 256;

  private EventsErrors() {}

  static AwsException validation(String message) {
    return new AwsException("ValidationException", BAD_REQUEST, message);
  }

  static AwsException invalid(String parameter, String reason) {
    return validation("Parameter %s is not valid. Reason: %s".formatted(parameter, reason));
  }

  static AwsException invalidPattern(String reason) {
    return new AwsException(
        "InvalidEventPatternException",
        BAD_REQUEST,
        "Event pattern is not valid. Reason: " + reason);
  }

  static AwsException noBus(String name) {
    return notFound("Event bus %s does not exist.".formatted(shown(name)));
  }

  static AwsException noRule(String name, String bus) {
    return notFound("Rule %s does not exist on EventBus %s.".formatted(shown(name), bus));
  }

  static AwsException noArchive(String name) {
    return notFound("Archive %s does not exist.".formatted(shown(name)));
  }

  static AwsException noReplay(String name) {
    return notFound("Replay %s does not exist.".formatted(shown(name)));
  }

  static AwsException notFound(String message) {
    return new AwsException("ResourceNotFoundException", BAD_REQUEST, message);
  }

  static AwsException exists(String kind, String name) {
    return new AwsException(
        "ResourceAlreadyExistsException",
        BAD_REQUEST,
        "%s %s already exists.".formatted(kind, shown(name)));
  }

  static AwsException tooMany() {
    return new AwsException(
        "LimitExceededException",
        BAD_REQUEST,
        "The requested resource exceeds the maximum number allowed.");
  }

  static AwsException policyTooLong() {
    return new AwsException(
        "PolicyLengthExceededException",
        BAD_REQUEST,
        "The event bus policy is too long: at most 10240 characters.");
  }

  static AwsException illegalStatus(String message) {
    return new AwsException("IllegalStatusException", BAD_REQUEST, message);
  }

  static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
