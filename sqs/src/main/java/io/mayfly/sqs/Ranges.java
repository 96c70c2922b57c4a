package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import java.util.Optional;

/** Checks the numbers in requests, in SQS's words. */
final class Ranges {
  static final int LONGEST_DELAY = 900;
  static final int LONGEST_WAIT = 20;

  /** Twelve hours, in seconds. */
  static final int LONGEST_VISIBILITY = 43_200;

  private Ranges() {}

  static int delay(int seconds) {
    return check(
        seconds, 0, LONGEST_DELAY, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.");
  }

  static int visibility(int seconds) {
    return check(
        seconds,
        0,
        LONGEST_VISIBILITY,
        "VisibilityTimeout",
        "VisibilityTimeout must be an integer between 0 and 43200");
  }

  static int wait(int seconds) {
    return check(
        seconds, 0, LONGEST_WAIT, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.");
  }

  /**
   * How many results a page has.
   *
   * @param most also what it has if the request does not say
   */
  static int results(Optional<Integer> given, int most) {
    return given
        .map(
            count ->
                check(
                    count,
                    1,
                    most,
                    "MaxResults",
                    "MaxResults must be an integer between 1 and " + most + "."))
        .orElse(most);
  }

  /**
   * A number within its bounds, as it was given.
   *
   * @throws AwsException if it is not within them
   */
  static int check(int value, int least, int most, String parameter, String reason) {
    if (value < least || value > most) {
      throw SqsErrors.invalid(value, parameter, reason);
    }
    return value;
  }
}
