package io.mayfly.model;

import java.time.Instant;

/**
 * What is kept of a key pair beside the owner's; its secret is not.
 *
 * @param account the twelve digits of the account whose owner it is
 * @param description what its owner wrote beside it
 * @param active whether requests may be signed with it
 */
public record KeyPair(
    String accessKeyId, String account, String description, boolean active, Instant created) {
  public KeyPair withActive(boolean next) {
    return new KeyPair(accessKeyId, account, description, next, created);
  }
}
