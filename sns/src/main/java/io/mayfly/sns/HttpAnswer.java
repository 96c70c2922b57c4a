package io.mayfly.sns;

/**
 * What came of a request to an HTTP endpoint.
 *
 * @param status of the answer; zero if there was none
 * @param why it counts as failed, if it does
 */
record HttpAnswer(int status, String why) {
  private static final int TOO_MANY = 429;

  /** Whether the endpoint has taken what it was told. */
  boolean taken() {
    return status >= 200 && status < 300;
  }

  /** Whether it is of no use to tell the endpoint again. */
  boolean refused() {
    return status >= 400 && status < 500 && status != TOO_MANY;
  }

  /** What a dead letter says of it. */
  String code() {
    return status == 0 ? "ConnectionFailed" : Integer.toString(status);
  }
}
