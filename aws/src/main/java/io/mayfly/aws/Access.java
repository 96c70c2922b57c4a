package io.mayfly.aws;

/**
 * What a call needs permission for ("Actions, resources, and condition keys for AWS services").
 *
 * @param action for example {@code lambda:InvokeFunction}
 * @param resource the ARN of what the call is about, or {@code *}
 */
public record Access(String action, String resource) {
  /** Permission for an operation under its own name, about no one thing. */
  public static Access of(Route route) {
    return new Access(
        route.service().metadata().signingName() + ":" + route.operation().name(), "*");
  }
}
