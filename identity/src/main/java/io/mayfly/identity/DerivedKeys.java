package io.mayfly.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is derived from the platform's key, so that nothing secret is kept but that: a key for each
 * purpose, and from such a key the secret of an access key (HMAC-SHA-256 both).
 */
final class DerivedKeys {
  private static final int SECRET_BYTES = 30;

  private DerivedKeys() {}

  /** The key for one purpose. */
  static byte[] purpose(byte[] platformKey, String purpose) {
    return hmac(platformKey, purpose);
  }

  /** The secret of an access key: 40 characters, as AWS's are. */
  static String secret(byte[] key, String accessKeyId) {
    return Base64.getEncoder().encodeToString(Arrays.copyOf(hmac(key, accessKeyId), SECRET_BYTES));
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot do HMAC-SHA-256", e);
    }
  }
}
