package io.mayfly.aws;

import java.util.Optional;

/** The port behind which keys are kept. Called by many threads at once, on every request. */
@FunctionalInterface
public interface Credentials {
  /**
   * The key with the given id, if it exists and may be used now.
   *
   * @param sessionToken what the request carries beside its signature
   * @throws AwsException if there was such a key once, saying why it may not be used
   */
  Optional<AccessKey> find(String accessKeyId, Optional<String> sessionToken);

  /**
   * A key.
   *
   * @param sessionToken what a request must carry beside the signature, for temporary keys
   * @param principal the ARN of the user or role that it stands for
   */
  record AccessKey(
      String accessKeyId, String secretKey, Optional<String> sessionToken, String principal) {
    @Override
    public String toString() {
      return "AccessKey[" + accessKeyId + " of " + principal + "]";
    }
  }
}
