package io.mayfly.aws;

import java.util.Optional;

/**
 * What a call needs permission for ("Actions, resources, and condition keys for AWS services").
 *
 * @param action for example {@code lambda:InvokeFunction}
 * @param resource the ARN of what the call is about, or {@code *}
 * @param policy the resource's own policy, if it has one
 */
public record Access(String action, String resource, Optional<String> policy) {
  public Access(String action, String resource) {
    this(action, resource, Optional.empty());
  }

  /** Permission for an operation under its own name, about no one thing. */
  public static Access of(Route route) {
    return new Access(
        route.service().metadata().signingName() + ":" + route.operation().name(), "*");
  }
}
