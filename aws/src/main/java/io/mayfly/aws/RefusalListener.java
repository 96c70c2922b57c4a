package io.mayfly.aws;

/**
 * Hears of every request that is answered with an error. Called on the request's thread: must not
 * block.
 */
@FunctionalInterface
public interface RefusalListener {
  /**
   * A request has been refused.
   *
   * @param asked the service and operation, as {@code lambda:Invoke}, or method and path where it
   *     means none
   */
  void refused(String requestId, String asked, AwsException error);
}
