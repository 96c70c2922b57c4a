package io.mayfly.aws;

import java.util.function.Supplier;

/** The port that says what callers may do. Called by many threads at once, on every request. */
@FunctionalInterface
public interface Authorizer {
  /**
   * Lets a caller go on.
   *
   * @param access what is asked for; worked out only where it matters, which for a caller who may
   *     do everything it does not
   * @throws AwsException {@code AccessDeniedException} if the caller may not
   */
  void authorize(Caller caller, Supplier<Access> access);
}
