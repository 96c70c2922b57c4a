package io.mayfly.gateway;

import io.mayfly.model.KeyPair;
import java.util.List;

/** The port behind which the platform's key pairs are. Called by many threads at once. */
public interface KeyTable {
  /** Whether a principal may see and change them. */
  boolean isOwner(String principal);

  /** All but the owner's own, which is kept in a file, the oldest first. */
  List<KeyPair> list();

  /**
   * Makes a pair of an account.
   *
   * @return its secret, told this once
   * @throws io.mayfly.aws.AwsException if it cannot be made, saying why
   */
  Made create(String account, String description);

  /**
   * Has a pair accepted, or not.
   *
   * @throws io.mayfly.aws.AwsException if there is none, or it is the owner's
   */
  void setActive(String accessKeyId, boolean active);

  /**
   * Removes a pair.
   *
   * @throws io.mayfly.aws.AwsException if there is none, or it is the owner's
   */
  void delete(String accessKeyId);

  /** A pair that was just made. */
  record Made(KeyPair pair, String secretAccessKey) {
    @Override
    public String toString() {
      return "Made[" + pair + "]";
    }
  }
}
