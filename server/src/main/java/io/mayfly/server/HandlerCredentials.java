package io.mayfly.server;

import io.mayfly.dispatch.Credentials;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The keys in a handler's environment: new ones for every instance, in the form of a role's
 * temporary keys. The API does not take them: what a role may do is not decided yet, so it may do
 * nothing.
 */
final class HandlerCredentials {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int ID_LENGTH = 16;
  private static final int SECRET_BYTES = 30;
  private static final int TOKEN_BYTES = 96;

  private final SecureRandom random;

  HandlerCredentials(SecureRandom random) {
    this.random = random;
  }

  Credentials issue() {
    StringBuilder id = new StringBuilder("ASIA");
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return new Credentials(id.toString(), randomText(SECRET_BYTES), randomText(TOKEN_BYTES));
  }

  private String randomText(int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return Base64.getEncoder().encodeToString(value);
  }
}
