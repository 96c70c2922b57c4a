package io.mayfly.aws;

/** The port that says what callers may do. Called by many threads at once, on every request. */
@FunctionalInterface
public interface Authorizer {
  /**
   * Lets a caller go on.
   *
   * @param action for example {@code lambda:InvokeFunction}
   * @param resource the ARN of what the call is about, or {@code *} where it is about no one thing
   * @throws AwsException {@code AccessDeniedException} if the caller may not
   */
  void authorize(Caller caller, String action, String resource);
}
