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

  /** The account in an ARN, its fifth field; empty if there is none. */
  static String account(String arn) {
    int start = 0;
    for (int field = 0; field < 4; field++) {
      start = arn.indexOf(':', start) + 1;
      if (start == 0) {
        return "";
      }
    }
    int end = arn.indexOf(':', start);
    return end < 0 ? "" : arn.substring(start, end);
  }

  /**
   * A key.
   *
   * @param sessionToken what a request must carry beside the signature, for temporary keys
   * @param principal the ARN of the user or role that it stands for
   */
  record AccessKey(
      String accessKeyId, String secretKey, Optional<String> sessionToken, String principal) {
    /** The account that it is a key of; empty if its principal names none. */
    public String account() {
      return Credentials.account(principal);
    }

    @Override
    public String toString() {
      return "AccessKey[" + accessKeyId + " of " + principal + "]";
    }
  }
}
