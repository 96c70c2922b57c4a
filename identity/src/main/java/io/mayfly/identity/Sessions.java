package io.mayfly.identity;

import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.model.Account;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Temporary keys. Nothing is kept of them: a session's token is what it stands for, sealed with a
 * key of the platform (AES-256-GCM), and its secret is derived from its id (HMAC-SHA-256), so that
 * they outlive a restart, and a stolen disk without the key file holds none. Safe for use by many
 * threads.
 */
public final class Sessions {
  /** How many bytes the platform's key has. */
  public static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int LONGEST_TOKEN = 4096;

  private final Account account;
  private final byte[] secrets;
  private final SecretKeySpec seal;
  private final SecureRandom random;
  private final InstantSource clock;

  /**
   * A session.
   *
   * @param principal the ARN that its calls are made as
   * @param userId {@code ROLEID:SESSION}, or the account
   */
  public record Session(
      String accessKeyId,
      String secretKey,
      String token,
      String principal,
      String userId,
      Instant expiration) {
    /** The same for signing, and for checking signatures. */
    public AccessKey key() {
      return new AccessKey(accessKeyId, secretKey, Optional.of(token), principal);
    }

    @Override
    public String toString() {
      return "Session[" + accessKeyId + " of " + principal + "]";
    }
  }

  /**
   * @param key {@link #KEY_BYTES} random bytes that nobody else knows
   */
  public Sessions(Account account, byte[] key, SecureRandom random, InstantSource clock) {
    this.account = account;
    this.secrets = DerivedKeys.purpose(key, "secrets");
    this.seal = new SecretKeySpec(DerivedKeys.purpose(key, "tokens"), "AES");
    this.random = random;
    this.clock = clock;
  }

  /** A session of a role, whether there is such a role or not; what it may do is asked later. */
  public Session ofRole(String role, String roleId, String name, Duration lasts) {
    return issue(
        "arn:aws:sts::%s:assumed-role/%s/%s".formatted(account.id(), role, name),
        roleId + ":" + name,
        lasts);
  }

  /** A session of the account's owner. */
  public Session ofOwner(Duration lasts) {
    return issue("arn:aws:iam::%s:root".formatted(account.id()), account.id(), lasts);
  }

  private Session issue(String principal, String userId, Duration lasts) {
    String id = Names.id("ASIA", 16, random);
    Instant expiration = clock.instant().plus(lasts);
    String meant = String.join("\n", id, principal, userId, "" + expiration.getEpochSecond());
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, meant.getBytes(StandardCharsets.UTF_8));
    byte[] token = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
    System.arraycopy(sealed, 0, token, NONCE_BYTES, sealed.length);
    return new Session(
        id,
        DerivedKeys.secret(secrets, id),
        Base64.getEncoder().encodeToString(token),
        principal,
        userId,
        Instant.ofEpochSecond(expiration.getEpochSecond()));
  }

  /**
   * The session that a token stands for; empty if it is not one of this platform, or not of this
   * key.
   *
   * @throws io.mayfly.aws.AwsException {@code ExpiredTokenException} if it is over
   */
  public Optional<Session> open(String accessKeyId, String token) {
    Optional<String> meant = token.length() > LONGEST_TOKEN ? Optional.empty() : unseal(token);
    if (meant.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = meant.get().split("\n", -1);
    if (!parts[0].equals(accessKeyId)) {
      return Optional.empty();
    }
    Instant expiration = Instant.ofEpochSecond(Long.parseLong(parts[3]));
    if (!clock.instant().isBefore(expiration)) {
      throw IdentityErrors.expired();
    }
    return Optional.of(
        new Session(
            accessKeyId,
            DerivedKeys.secret(secrets, accessKeyId),
            token,
            parts[1],
            parts[2],
            expiration));
  }

  /** The same as a key for checking signatures. */
  public Optional<AccessKey> key(String accessKeyId, String token) {
    return open(accessKeyId, token).map(Session::key);
  }

  private Optional<String> unseal(String token) {
    try {
      byte[] bytes = Base64.getDecoder().decode(token);
      if (bytes.length <= NONCE_BYTES) {
        return Optional.empty();
      }
      byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
      byte[] open =
          crypt(Cipher.DECRYPT_MODE, nonce, Arrays.copyOfRange(bytes, NONCE_BYTES, bytes.length));
      return Optional.of(new String(open, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Seals or opens.
   *
   * @throws IllegalArgumentException if what is to be opened was not sealed with this key
   */
  private byte[] crypt(int mode, byte[] nonce, byte[] bytes) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, seal, new GCMParameterSpec(TAG_BITS, nonce));
      return cipher.doFinal(bytes);
    } catch (AEADBadTagException e) {
      throw new IllegalArgumentException("not sealed with this key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot do AES-GCM", e);
    }
  }
}
