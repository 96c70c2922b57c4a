package io.mayfly.sqs;

import io.mayfly.queue.MessageAttribute;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The digests by which clients check what has arrived. */
final class Digests {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte TEXT = 1;
  private static final byte BINARY = 2;

  private Digests() {}

  static String md5(byte[] body) {
    return HEX.formatHex(digest("MD5").digest(body));
  }

  /** What tells messages of a queue with content-based deduplication apart. */
  static String sha256(byte[] body) {
    return HEX.formatHex(digest("SHA-256").digest(body));
  }

  /**
   * The digest of attributes, empty if there are none ("Calculating the MD5 message digest for
   * message attributes" in the developer guide): by name, each as name, type, kind and value, with
   * their lengths in four bytes.
   */
  static Optional<String> md5(Map<String, MessageAttribute> attributes) {
    if (attributes.isEmpty()) {
      return Optional.empty();
    }
    MessageDigest digest = digest("MD5");
    new TreeMap<>(attributes)
        .forEach(
            (name, attribute) -> {
              add(digest, name.getBytes(StandardCharsets.UTF_8));
              add(digest, attribute.type().getBytes(StandardCharsets.UTF_8));
              digest.update(attribute.binary() ? BINARY : TEXT);
              add(digest, attribute.value());
            });
    return Optional.of(HEX.formatHex(digest.digest()));
  }

  private static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    digest.update(part);
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
