package io.mayfly.aws;

import java.util.Optional;

/**
 * Who asks.
 *
 * @param principal the ARN of the user or role
 * @param accessKeyId the key that signed
 * @param region the region of the credential scope
 * @param requestId the id of this request, as in {@code x-amzn-RequestId}
 * @param host where the caller has reached the platform: what the {@code Host} header says, with
 *     the port
 * @param trace the trace header of the request, as it came; SDKs inside functions send that of
 *     their call
 */
public record Caller(
    String principal,
    String accessKeyId,
    String region,
    String requestId,
    String host,
    Optional<String> trace) {
  /** One whose request has no trace header. */
  public Caller(
      String principal, String accessKeyId, String region, String requestId, String host) {
    this(principal, accessKeyId, region, requestId, host, Optional.empty());
  }

  /** The account that the caller is of; empty if its ARN names none. */
  public String account() {
    return Credentials.account(principal);
  }
}
