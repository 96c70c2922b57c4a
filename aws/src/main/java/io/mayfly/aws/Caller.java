package io.mayfly.aws;

/**
 * Who asks.
 *
 * @param principal the ARN of the user or role
 * @param accessKeyId the key that signed
 * @param region the region of the credential scope
 * @param requestId the id of this request, as in {@code x-amzn-RequestId}
 * @param host where the caller has reached the platform: what the {@code Host} header says, with
 *     the port
 */
public record Caller(
    String principal, String accessKeyId, String region, String requestId, String host) {
  /** The account that the caller is of; empty if its ARN names none. */
  public String account() {
    return Credentials.account(principal);
  }
}
