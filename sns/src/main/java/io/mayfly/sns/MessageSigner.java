package io.mayfly.sns;

import io.mayfly.store.KeyFile;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Signs what is told to subscribers, as SNS does ("Verifying the signatures of Amazon SNS
 * messages"), with a key of the installation's own that is made when it is first needed. Safe for
 * use by many threads.
 */
public final class MessageSigner {
  private static final int KEY_BITS = 2048;
  private static final int SERIAL_BITS = 127;
  private static final int NAME_BYTES = 16;
  private static final String KEY = "PRIVATE KEY";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private record Keys(PrivateKey key, String certificate, String name) {}

  private final Path file;
  private final SecureRandom random;
  private final InstantSource clock;
  private @Nullable Keys keys;

  /**
   * @param file where key and certificate are kept, readable for the owner alone
   */
  public MessageSigner(Path file, SecureRandom random, InstantSource clock) {
    this.file = file;
    this.random = random;
    this.clock = clock;
  }

  private synchronized Keys keys() {
    Keys known = keys;
    if (known == null) {
      known = read(new String(KeyFile.readOrMake(file, this::make), StandardCharsets.US_ASCII));
      keys = known;
    }
    return known;
  }

  private byte[] make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS, random);
      KeyPair pair = generator.generateKeyPair();
      byte[] certificate =
          Certificate.make(
              pair, "Mayfly topics", new BigInteger(SERIAL_BITS, random), clock.instant());
      return (pem(KEY, pair.getPrivate().getEncoded()) + pem(CERTIFICATE, certificate))
          .getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Keys read(String text) {
    try {
      PrivateKey key =
          KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(part(text, KEY)));
      byte[] certificate = part(text, CERTIFICATE);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate);
      return new Keys(
          key,
          pem(CERTIFICATE, certificate),
          "SimpleNotificationService-%s.pem"
              .formatted(HexFormat.of().formatHex(digest, 0, NAME_BYTES)));
    } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalStateException(
          file + " holds no key and certificate; remove it to get new ones", e);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, LINES.encodeToString(der), what);
  }

  private static byte[] part(String text, String what) {
    String begin = "-----BEGIN " + what + "-----";
    int from = text.indexOf(begin) + begin.length();
    return Base64.getMimeDecoder().decode(text.substring(from, text.indexOf("-----END " + what)));
  }

  /** The certificate with which signatures are verified, in PEM. */
  public String certificate() {
    return keys().certificate();
  }

  /** The certificate's name, which is another for another certificate. */
  public String certificateName() {
    return keys().name();
  }

  /**
   * The signature of a text, in base64.
   *
   * @param version {@code 1} for SHA-1, {@code 2} for SHA-256
   */
  String sign(String text, String version) {
    try {
      Signature signature =
          Signature.getInstance(version.equals("2") ? "SHA256withRSA" : "SHA1withRSA");
      signature.initSign(keys().key());
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
