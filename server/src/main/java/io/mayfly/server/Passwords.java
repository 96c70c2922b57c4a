package io.mayfly.server;

import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.Headers;
import io.mayfly.identity.AccessKeys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/** Key pairs as user and password, for clients that cannot sign. */
record Passwords(AccessKeys keys) {
  /** The account of an active key pair. */
  Optional<String> account(String user, byte[] password) {
    return keys.find(user)
        .filter(
            key ->
                MessageDigest.isEqual(key.secretKey().getBytes(StandardCharsets.UTF_8), password))
        .map(AccessKey::account);
  }

  /** The account whose keys are sent as user and password (RFC 7617). */
  Optional<String> account(Headers headers) {
    String given = headers.first("authorization").orElse("");
    if (!given.startsWith("Basic ")) {
      return Optional.empty();
    }
    try {
      String text =
          new String(
              Base64.getDecoder().decode(given.substring(6).strip()), StandardCharsets.UTF_8);
      int colon = Math.max(text.indexOf(':'), 0);
      return account(
          text.substring(0, colon), text.substring(colon + 1).getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }
}
